import { isOncekeyError, OncekeyError, type OncekeyErrorCode } from "../errors.js";
import type { Outcome } from "./types.js";

type Valueless = Exclude<Outcome<unknown>, { readonly value: unknown } | { readonly error: unknown }>;

const reasons: Readonly<Record<Valueless["outcome"], readonly [code: OncekeyErrorCode, message: string]>> = {
  mismatch: ["KEY_REUSED", "this key was used for another request; use a new key for a new operation"],
  "in-progress": ["IN_PROGRESS", "this operation is running elsewhere; ask again with the same key"],
  "outcome-unknown": ["OUTCOME_UNKNOWN", "an attempt began and its outcome is not known; look before you repeat it"],
  "result-unavailable": ["RESULT_UNAVAILABLE", "this operation is done, and its result was not kept"],
  "quota-exceeded": ["QUOTA_EXCEEDED", "this scope may have no more keys for now, so nothing was run"],
  "store-unavailable": [
    "STORE_UNAVAILABLE",
    "the store did not answer, so nothing was run; ask again with the same key",
  ],
};

/** The value of an outcome, or the error that says why there is none. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if ("value" in outcome) return outcome.value;
  if ("error" in outcome) throw outcome.error;
  // That will not mend itself: whoever asks again with the same key would ask for ever.
  if ("cause" in outcome && isOncekeyError(outcome.cause, "STORE_MISCONFIGURED")) throw outcome.cause;
  throw new OncekeyError(...reasons[outcome.outcome], detailsOf(outcome));
}

function detailsOf(outcome: Valueless): { readonly cause?: unknown; readonly retryAfterMs?: number } {
  if ("leaseLeftMs" in outcome) return { retryAfterMs: outcome.leaseLeftMs };
  return "cause" in outcome || "retryAfterMs" in outcome ? outcome : {};
}
