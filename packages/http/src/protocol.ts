/*
 * Every word of the protocol that another program reads: header names, statuses, problem types. They stand here and
 * nowhere else. The vocabulary follows draft-ietf-httpapi-idempotency-key-header-07; what that leaves open is our choice.
 */

/** Header names as they are written; compared without regard to case. */
export const header = {
  /** Names the operation (draft, section 2.1). */
  idempotencyKey: "Idempotency-Key",
  /** `true` on a replay, absent on a first answer. */
  replayed: "Idempotent-Replayed",
  cacheControl: "Cache-Control",
  contentEncoding: "Content-Encoding",
  contentLength: "Content-Length",
  contentType: "Content-Type",
  /** `1`: the request came in TLS early data and may itself be a replay (RFC 8470, section 5.1). */
  earlyData: "Early-Data",
  forwardedHost: "X-Forwarded-Host",
  host: "Host",
  location: "Location",
  contentLocation: "Content-Location",
  retryAfter: "Retry-After",
  transferEncoding: "Transfer-Encoding",
} as const;

/** The value of the replay marker. */
export const replayedValue = "true";
export const noStore = "no-store";
/** The media type of a problem (RFC 9457, section 3). */
export const problemMediaType = "application/problem+json";
export const jsonMediaType = "application/json";
export const multipartPrefix = "multipart/";

/** What a problem type is made of: the slug ends its URI. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** The same request may succeed when it is sent again with the same key. */
  readonly retryable: boolean;
  /** False: a new key is not safe, because the operation may have been done under this one. */
  readonly safeNewKey?: false;
}

/** The answers of the protocol itself, by slug. */
export const problems = {
  "key-missing": { status: 400, title: "Idempotency-Key is missing", retryable: false },
  "key-invalid": { status: 400, title: "Idempotency-Key is invalid", retryable: false },
  "key-expired": { status: 412, title: "Idempotency-Key is too old", retryable: false },
  "key-reused": { status: 422, title: "Idempotency-Key is already used", retryable: false, safeNewKey: false },
  "request-in-progress": {
    status: 409,
    title: "A request is outstanding for this Idempotency-Key",
    retryable: true,
    safeNewKey: false,
  },
  "outcome-unknown": {
    status: 409,
    title: "The outcome of the first request is not known",
    retryable: false,
    safeNewKey: false,
  },
  "response-unavailable": {
    status: 409,
    title: "The response to the first request was not kept",
    retryable: false,
    safeNewKey: false,
  },
  "store-unavailable": {
    status: 503,
    title: "Repeated requests cannot be recognised at the moment",
    retryable: true,
    safeNewKey: false,
  },
  "too-many-keys": { status: 429, title: "Too many Idempotency-Keys are in use", retryable: true },
  "body-too-large": { status: 413, title: "The request body is too large", retryable: false },
  "too-early": { status: 425, title: "The request needs an Idempotency-Key in early data", retryable: true },
  "handler-failed": { status: 500, title: "The request failed", retryable: false, safeNewKey: false },
} as const satisfies Record<string, ProblemKind>;

/** A case in which the protocol answers instead of the application. */
export type ProblemSlug = keyof typeof problems;

/** Where problem types resolve by default; the slug follows. */
export const defaultProblemBase = "https://github.com/oncekey/oncekey/blob/main/docs/problems.md#";

/** Methods that are protected unless the options say otherwise. */
export const defaultMethods: readonly string[] = ["POST", "PATCH"];

/** Methods that ask for no effect, on which a key means nothing (RFC 9110, section 9.2.1; RFC 10008). */
export const safeMethods: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/** Refusals that say nothing about the request: the key is free again. */
const transientStatuses: readonly number[] = [401, 403, 407, 408, 421, 425, 429, 503];

/** The class of a response, in the words of the engine's policies; not-modified asks for what was never sent. */
export function classifyStatus(status: number): "success" | "rejected" | "transient" | "failed" {
  if (status < 200 || status === 304 || transientStatuses.includes(status)) return "transient";
  if (status < 400) return "success";
  return status < 500 ? "rejected" : "failed";
}

/** A redirection is nothing without its target. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** Whether a media type is that of server-sent events (HTML, section 9.2.5), of which nobody knows when they end. */
export function isEventStream(contentType: unknown): boolean {
  return /^\s*text\/event-stream\s*(?:;|$)/i.test(String(contentType));
}

/** Statuses whose responses have no body (Fetch, "null body status"). */
export function hasNullBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304 || status < 200;
}

/** What a request is answered whose client is no longer there to read it. */
export const abortedStatus = 400;

/** Statuses that a problem may be given. */
export const problemStatusRange = { least: 400, most: 599 } as const;

/** Response headers that describe the result, and so are kept with it. */
export const storedHeaders: readonly string[] = [
  "cache-control",
  "content-disposition",
  "content-language",
  "content-location",
  "content-type",
  "etag",
  "last-modified",
  "link",
  "location",
  "retry-after",
];

/** Headers of one exchange, one connection or one session: kept by no option. */
const neverStored: readonly string[] = [
  "age",
  "authentication-info",
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "keep-alive",
  "server",
  "set-cookie",
  "set-cookie2",
  "strict-transport-security",
  "te",
  "traceparent",
  "tracestate",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  "www-authenticate",
  "x-cache",
  "x-cache-hits",
  "x-request-id",
];

/** Whether a header, in lower case, may be kept at all. */
export function isStorable(name: string): boolean {
  return !neverStored.includes(name) && !name.startsWith("proxy-") && !name.startsWith("access-control-");
}
