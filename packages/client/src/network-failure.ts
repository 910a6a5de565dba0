/** Whether a request that got no answer can have reached a server. */
export type Sent = "no" | "maybe";

/** Codes of failures that come before the first byte of the request: the name, the connection, the handshake. */
const BEFORE_SENDING: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_INVALID_URL",
]);

/** Codes that an established connection may end with too, so that only the failed system call tells. */
const BEFORE_SENDING_IF_CONNECTING: ReadonlySet<string> = new Set([
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ETIMEDOUT",
]);

const MOST_CAUSES = 8;

/** What an attempt needs could not be made: its body, or what `prepare` adds. Nothing was sent; `cause` says why. */
export class NotBegun extends Error {}

/** Makes what an attempt needs; a failure of it is `NotBegun`. */
export async function beforeSending<T>(make: () => T | Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    throw new NotBegun("the attempt could not be made ready", { cause });
  }
}

/**
 * Whether a rejection of `fetch` proves that nothing was sent.
 *
 * Node, Bun and Deno say in a `code` of the error or of its causes at which stage it failed. A browser hides it: "maybe".
 * A connection to one of several addresses may fail and another be tried (`AggregateError`): all must prove it.
 */
export function sentBefore(error: unknown): Sent {
  return provesUnsent(error, MOST_CAUSES) ? "no" : "maybe";
}

function provesUnsent(error: unknown, depth: number): boolean {
  if (error instanceof NotBegun) return true;
  if (typeof error !== "object" || error === null || depth === 0) return false;
  if ("code" in error && typeof error.code === "string") {
    if (BEFORE_SENDING.has(error.code)) return true;
    const connecting = "syscall" in error && error.syscall === "connect";
    if (connecting && BEFORE_SENDING_IF_CONNECTING.has(error.code)) return true;
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every((each) => provesUnsent(each, depth - 1));
  }
  return "cause" in error && provesUnsent(error.cause, depth - 1);
}
