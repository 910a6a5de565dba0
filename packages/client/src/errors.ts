import type { AttemptReport } from "./report.js";

/** What a caller may believe about the effect of an operation that has no answer. */
export type FailureOutcome = "not-executed" | "unknown";

/** What every error of this package carries. */
export interface FailureDetails {
  readonly outcome: FailureOutcome;
  /** The operation's key: sending the request again under it is safe. */
  readonly key: string | undefined;
  readonly operationId?: string | undefined;
  readonly attempts: readonly AttemptReport[];
  /** The last answer, where there was one. Its body has not been read by anybody else. */
  readonly response?: Response | undefined;
  readonly cause?: unknown;
}

const brand = Symbol.for("oncekey.client.error");

/** Recognises an {@link IdempotencyError} from any copy of the package; `instanceof` knows one of them only. */
export function isIdempotencyError(error: unknown): error is IdempotencyError {
  return typeof error === "object" && error !== null && brand in error;
}

/** The class of all errors that this package throws for an operation; `name` tells the cases apart. */
export class IdempotencyError extends Error {
  override readonly name: string = "IdempotencyError";
  readonly outcome: FailureOutcome;
  readonly key: string | undefined;
  readonly operationId: string | undefined;
  readonly attempts: readonly AttemptReport[];
  readonly response: Response | undefined;

  constructor(message: string, details: FailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.outcome = details.outcome;
    this.key = details.key;
    this.operationId = details.operationId;
    this.attempts = details.attempts;
    this.response = details.response;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** The operation may have been done: no answer came that says. Send it again under the same key, or reconcile. */
export class OutcomeUnknownError extends IdempotencyError {
  override readonly name = "OutcomeUnknownError";
}

/** No byte of the request reached a server, so nothing was done. */
export class NotSentError extends IdempotencyError {
  override readonly name = "NotSentError";
}

/** The server still runs an earlier attempt, and the deadline has come. */
export class InProgressError extends IdempotencyError {
  override readonly name = "InProgressError";
}

/** Too many calls to this origin fail at present, so no retry was made. `outcome` says what is known. */
export class BudgetExhaustedError extends IdempotencyError {
  override readonly name = "BudgetExhaustedError";
}

/** The key belongs to another request: a mistake in the program that sent it. Never retried. */
export class KeyReuseError extends IdempotencyError {
  override readonly name = "KeyReuseError";
}

/** The server wants a key and did not find it where this protocol puts it. Never retried. */
export class KeyRequiredError extends IdempotencyError {
  override readonly name = "KeyRequiredError";
}

/** The server may have forgotten the key, so that sending again could do the operation again. Reconcile instead. */
export class KeyExpiredError extends IdempotencyError {
  override readonly name = "KeyExpiredError";
}
