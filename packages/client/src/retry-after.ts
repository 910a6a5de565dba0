import { header } from "../../http/src/protocol.js";

/**
 * How long the server asks to wait, in milliseconds; `undefined` where it does not say or cannot be understood.
 *
 * Seconds or a date (RFC 9110, section 10.2.3). A date is judged against the response's own `Date`: the clocks of client
 * and server need not agree. `retry-after-ms` is what some providers send beside it.
 */
export function retryAfterMs(headers: Headers, wallMs: number): number | undefined {
  const exact = digits(headers.get("retry-after-ms"));
  if (exact !== undefined) return exact;
  const value = headers.get(header.retryAfter);
  if (value === null) return undefined;
  const seconds = digits(value);
  if (seconds !== undefined) return seconds * 1_000;
  const until = date(value);
  if (until === undefined) return undefined;
  return Math.max(0, until - (date(headers.get("date")) ?? wallMs));
}

function digits(value: string | null): number | undefined {
  return value !== null && /^\s*\d{1,12}(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
}

/** `Date.parse` makes something of nearly everything, "-1" included: only what names a month and a time is a date here. */
function date(value: string | null): number | undefined {
  if (value === null || !/[A-Z][a-z]{2}.* \d{2}:\d{2}:\d{2}/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
