import { isOncekeyError, OncekeyError } from "../errors.js";
import type { Outcome } from "./types.js";

/** The value of an outcome, or the error that says why there is none. */
export function unwrap<T>(outcome: Outcome<T>): T {
  switch (outcome.outcome) {
    case "executed":
    case "replayed":
      return outcome.value;
    case "threw":
    case "replayed-failure":
      throw outcome.error;
    case "mismatch":
      throw new OncekeyError("KEY_REUSED", "this key was used for another request; use a new key for a new operation");
    case "in-progress": {
      const retryAfterMs = outcome.leaseLeftMs;
      throw new OncekeyError("IN_PROGRESS", "this operation is running elsewhere; ask again with the same key", {
        retryAfterMs,
      });
    }
    case "outcome-unknown":
      throw new OncekeyError(
        "OUTCOME_UNKNOWN",
        "an attempt began and its outcome is not known; look before you repeat it",
      );
    case "result-unavailable":
      throw new OncekeyError("RESULT_UNAVAILABLE", "this operation is done, and its result was not kept");
    case "quota-exceeded": {
      const { retryAfterMs } = outcome;
      throw new OncekeyError("QUOTA_EXCEEDED", "this scope may have no more keys for now, so nothing was run", {
        retryAfterMs,
      });
    }
    case "store-unavailable": {
      const { cause } = outcome;
      // That will not mend itself: whoever asks again with the same key would ask for ever.
      if (isOncekeyError(cause, "STORE_MISCONFIGURED")) throw cause;
      throw new OncekeyError(
        "STORE_UNAVAILABLE",
        "the store did not answer, so nothing was run; ask again with the same key",
        { cause },
      );
    }
  }
}
