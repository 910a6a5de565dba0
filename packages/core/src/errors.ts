/** Why an operation has no value; stable across minor versions, unlike messages. */
export type OncekeyErrorCode =
  /** The key belongs to another request. */
  | "KEY_REUSED"
  /** Another attempt is running. */
  | "IN_PROGRESS"
  /** An attempt was lost and the policy forbids a second run, or a result could not be made durable. */
  | "OUTCOME_UNKNOWN"
  /** The operation is done, and its result was not kept. */
  | "RESULT_UNAVAILABLE"
  /** The store did not answer in time, or failed. */
  | "STORE_UNAVAILABLE"
  /** The key is new, and its scope may have no more keys for now. */
  | "QUOTA_EXCEEDED"
  /** The stored outcome is an error that the operation threw. */
  | "REPLAYED_FAILURE"
  /** The lease is no longer surely ours: it lapsed, or another attempt has taken over. The reason of `attempt.signal`. */
  | "LEASE_LOST"
  /** `close()` was called. */
  | "CLOSED"
  /** Stored bytes are not a record that this version can read. */
  | "RECORD_UNREADABLE"
  /** A stored result is sealed and does not open here: the key is missing, or the bytes were changed or moved; or it is not sealed where it has to be. */
  | "RECORD_NOT_OPENED"
  /** A record, or its checkpoints, exceed what the store takes. */
  | "RECORD_TOO_LARGE"
  /** The store holds as many live records as it may. */
  | "STORE_FULL"
  /** The store is not set up as it must be, for example its table is missing. */
  | "STORE_MISCONFIGURED";

const brand = Symbol.for("oncekey.error");

/** Not by a member of that name: bundlers keep a class whose member's name is an expression, even if nobody uses it. */
function mark(error: Error, as: symbol): void {
  Object.defineProperty(error, as, { value: true });
}

/**
 * The one error class of the library; `code` tells the cases apart.
 *
 * Tell it by {@link isOncekeyError}, not by `instanceof`: the ESM and the CommonJS copy of this package are two classes.
 */
export class OncekeyError extends Error {
  override readonly name = "OncekeyError";
  readonly code: OncekeyErrorCode;
  declare readonly [brand]: true;
  /** For `IN_PROGRESS`, `QUOTA_EXCEEDED` and `STORE_UNAVAILABLE`: when asking again makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number;

  constructor(code: OncekeyErrorCode, message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, options);
    this.code = code;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    mark(this, brand);
  }
}

/** Recognises an {@link OncekeyError} from any copy of the package, of one code where `code` is given. */
export function isOncekeyError(error: unknown, code?: OncekeyErrorCode): error is OncekeyError {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return code === undefined || ("code" in error && error.code === code);
}

const notExecutedBrand = Symbol.for("oncekey.not-executed");

/** Thrown by a handler to say that nothing was done: the key is released under every policy, and the error goes on to the caller. */
export class NotExecutedError extends Error {
  override readonly name = "NotExecutedError";
  declare readonly [notExecutedBrand]: true;

  constructor(message = "the operation was not executed", options: { cause?: unknown } = {}) {
    super(message, options);
    mark(this, notExecutedBrand);
  }
}

/** Recognises a {@link NotExecutedError} from any copy of the package. */
export function isNotExecutedError(error: unknown): error is NotExecutedError {
  return typeof error === "object" && error !== null && notExecutedBrand in error;
}
