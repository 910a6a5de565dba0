import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { CompleteResponse, HeaderLine } from "../response.js";

/** What a response says before its body, so that it can be put back. */
export interface Head {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly headers: OutgoingHttpHeaders;
}

/** The head as it stands. */
export function readHead(res: ServerResponse): Head {
  return { statusCode: res.statusCode, statusMessage: res.statusMessage, headers: res.getHeaders() };
}

/** Puts a head back that was read before. */
export function restoreHead(res: ServerResponse, { statusCode, statusMessage, headers }: Head): void {
  res.statusCode = statusCode;
  res.statusMessage = statusMessage;
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value);
}

/** The lines of headers that a framework or Node keeps by their names. */
export function headerLinesOf(
  headers: Readonly<Record<string, OutgoingHttpHeader | undefined>>,
): readonly HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (!Array.isArray(value)) {
      if (value !== undefined) lines.push([name, String(value)]);
      continue;
    }
    for (const each of value) if (each !== undefined) lines.push([name, String(each)]);
  }
  return lines;
}

/** An answer over lines that were there before it: of a name that it has too, only its own are left. */
export function withEarlier(earlier: readonly HeaderLine[], answer: CompleteResponse): CompleteResponse {
  const named = new Set(answer.headers.map(([name]) => name.toLowerCase()));
  return { ...answer, headers: [...earlier.filter(([name]) => !named.has(name)), ...answer.headers] };
}

/** A reply that takes all lines of a header at once, such as Fastify's. */
interface Reply {
  header(name: string, value: string | string[]): unknown;
  code(status: number): unknown;
  send(payload?: Uint8Array): unknown;
}

/** Sends a response by a framework's own way, so that its hooks have their say: compression, CORS. */
export function sendReply(reply: Reply, { status, headers, body }: CompleteResponse): void {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of headers) {
    const others = values.get(name);
    values.set(name, others === undefined ? value : [others, value].flat());
  }
  for (const [name, value] of values) reply.header(name, value);
  reply.code(status);
  reply.send(body.byteLength === 0 ? undefined : body);
}

/** Headers as `writeHead` takes them: by name, or a flat list of names and values in which a name may repeat. */
export type GivenHeaders = OutgoingHttpHeaders | readonly OutgoingHttpHeader[];

/** Does what `writeHead` does to the head, and sends nothing. */
export function applyHead(
  res: ServerResponse,
  status: number,
  message: string | undefined,
  headers: GivenHeaders | undefined,
): void {
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw Object.assign(new RangeError(`Invalid status code: ${status}`), { code: "ERR_HTTP_INVALID_STATUS_CODE" });
  }
  res.statusCode = status;
  if (message !== undefined) res.statusMessage = message;
  if (headers === undefined) return;
  if (!isList(headers)) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value);
    return;
  }
  const flat = headers.flat();
  for (let index = 0; index + 1 < flat.length; index += 2) res.removeHeader(String(flat[index]));
  for (let index = 0; index + 1 < flat.length; index += 2) {
    res.appendHeader(String(flat[index]), String(flat[index + 1]));
  }
}

function isList(headers: GivenHeaders): headers is readonly OutgoingHttpHeader[] {
  return Array.isArray(headers);
}
