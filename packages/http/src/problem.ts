import {
  defaultProblemBase,
  header,
  noStore,
  type ProblemKind,
  type ProblemSlug,
  problemMediaType,
  problemStatusRange,
  problems,
} from "./protocol.js";
import type { CompleteResponse, HeaderLine } from "./response.js";

/** Statuses that an API gives to problems in place of the usual ones. */
export type ProblemStatuses = Readonly<Partial<Record<ProblemSlug, number>>>;

/** What a problem tells about this one request; all of it stands in the body. */
export interface ProblemDetails {
  /** What happened and what the client should do. Never holds the key. */
  readonly detail: string;
  /** For `key-invalid`: what is wrong, as a word. */
  readonly reason?: string;
  /** For `response-unavailable`: the status of the response that was not kept. */
  readonly originalStatus?: number;
  /** For `body-too-large`: the most bytes. */
  readonly limit?: number;
}

/** Makes a problem response; `retryAfterMs` becomes whole seconds, rounded down. */
export type ProblemWriter = (slug: ProblemSlug, details: ProblemDetails, retryAfterMs?: number) => CompleteResponse;

const utf8 = new TextEncoder();

/** Makes problems (RFC 9457) whose types begin with `base`. */
export function problemWriter(base = defaultProblemBase, statuses: ProblemStatuses = {}): ProblemWriter {
  checkBase(base);
  checkStatuses(statuses);
  const prefix = /[/#=]$/.test(base) ? base : `${base}/`;
  return (slug, details, retryAfterMs) => {
    const kind: ProblemKind = problems[slug];
    const { title, retryable, safeNewKey } = kind;
    const status = statuses[slug] ?? kind.status;
    const { detail, ...members } = details;
    const body = { type: prefix + slug, title, status, detail, retryable, safeNewKey, ...members };
    const headers: HeaderLine[] = [
      [header.contentType, problemMediaType],
      [header.cacheControl, noStore],
    ];
    if (retryAfterMs !== undefined) headers.push([header.retryAfter, wholeSeconds(retryAfterMs)]);
    return { status, headers, body: utf8.encode(JSON.stringify(body)) };
  };
}

/** Retry-After has no fractions. Rounded down: a client that waits longer than the lease that is left waits for nothing. */
function wholeSeconds(ms: number): string {
  return String(Math.floor(ms / 1_000));
}

function checkBase(base: string): void {
  if (typeof base === "string" && URL.canParse(base)) return;
  throw new TypeError(
    `problemBase: ${JSON.stringify(base)} is not an absolute URL; the types of problems begin with it, such as https://api.example.com/problems/`,
  );
}

function checkStatuses(statuses: ProblemStatuses): void {
  const { least, most } = problemStatusRange;
  for (const [slug, status] of Object.entries(statuses)) {
    if (!Object.hasOwn(problems, slug)) {
      throw new TypeError(
        `statuses: ${JSON.stringify(slug)} is no problem; there are ${Object.keys(problems).join(", ")}`,
      );
    }
    if (!Number.isInteger(status) || status < least || status > most) {
      throw new TypeError(`statuses: ${slug}: ${String(status)} is not a status from ${least} to ${most}`);
    }
  }
}
