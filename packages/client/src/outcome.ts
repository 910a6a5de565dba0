import type { WholeAnswer } from "./answer.js";
import {
  BudgetExhaustedError,
  type FailureDetails,
  type FailureOutcome,
  InProgressError,
  KeyExpiredError,
  KeyRequiredError,
  KeyReuseError,
  NotSentError,
  OutcomeUnknownError,
} from "./errors.js";
import type { Ending, Operation } from "./operation.js";
import { attachReport, type OperationReport } from "./report.js";

type Ended = Extract<Ending, { kind: "ended" }>;

/** What is known when the call is over, and what the caller gets: the response, or the error that is thrown. */
export type Result =
  | { readonly response: Response; readonly outcome: OperationReport["outcome"]; readonly replayed: boolean }
  | { readonly error: unknown; readonly outcome: FailureOutcome; readonly misuse?: true };

/** Whether the operation may have been done, and nobody knows. */
export function isUnknown(ending: Ending): boolean {
  return ending.kind === "aborted" ? ending.attempts.length > 0 : !ending.certain;
}

/** Tells how an operation ended, and gives the caller the response or throws. */
export function finish(operation: Operation, ending: Ending): Response {
  if (ending.kind === "aborted") {
    if (isUnknown(ending)) operation.tell({ type: "unknown" });
    throw ending.reason;
  }
  const result = resultOf(operation, ending);
  if (result.outcome === "unknown") operation.tell({ type: "unknown" });
  else operation.tell({ type: "settled", outcome: result.outcome });
  if ("error" in result) throw result.error;
  if (result.replayed) operation.tell({ type: "replayed" });
  return result.response;
}

/**
 * Turns an ending into what the caller gets.
 *
 * A response is handed out where it says no more than what is known. One that would mislead, such as a 429 after an
 * attempt whose answer was lost, is thrown as an unknown outcome, which carries it.
 */
export function resultOf(operation: Operation, ending: Ended): Result {
  const { answer, certain, last, because, replayed, attempts } = ending;
  const { key, operationId } = operation;
  const handedOut = (from: WholeAnswer, outcome: OperationReport["outcome"]): Result => {
    const response = attachReport(from.response(), { outcome, key, operationId, replayed, attempts });
    return { response, outcome, replayed };
  };
  if (because === "settled" && answer !== undefined) return handedOut(answer, "succeeded");
  const outcome: FailureOutcome = certain ? "not-executed" : "unknown";
  const details = (): FailureDetails => ({
    outcome,
    key,
    operationId,
    attempts,
    response: answer?.response(),
    cause: last?.error,
  });
  if (because === "key-expired") {
    const message = "the server may have forgotten the key: sending again could do the operation again";
    return { error: new KeyExpiredError(message, details()), outcome };
  }
  switch (last?.class) {
    case "key-reused":
      return { error: new KeyReuseError("the key belongs to another request", details()), outcome, misuse: true };
    case "key-required":
      return { error: new KeyRequiredError("the server misses a key", details()), outcome, misuse: true };
    case "key-expired":
      return { error: new KeyExpiredError("the server takes the key for too old", details()), outcome };
    case "in-progress":
      return { error: new InProgressError("an earlier attempt is still running", details()), outcome };
  }
  if (answer === undefined) return { error: withoutAnswer(operation, ending, details), outcome };
  if (!certain && last?.class !== "ambiguous" && last?.class !== "outcome-unknown") {
    const message = `the last answer (${answer.status}) does not tell what became of an earlier attempt`;
    return { error: new OutcomeUnknownError(message, details()), outcome };
  }
  return handedOut(answer, whatIsKnown(ending, certain));
}

function whatIsKnown({ last }: Ended, certain: boolean): OperationReport["outcome"] {
  if (!certain) return "unknown";
  return last?.class === "not-executed" ? "not-executed" : "failed";
}

function withoutAnswer(
  operation: Operation,
  { because, certain, last }: Ended,
  details: () => FailureDetails,
): unknown {
  // Nothing was asked for that could happen twice: the error is that of the `fetch` beneath.
  if (operation.key === undefined && (certain || operation.repeatable)) return last?.error;
  if (because === "budget") {
    return new BudgetExhaustedError("too many calls to this origin fail at present: no retry was made", details());
  }
  if (certain) return new NotSentError("no byte of the request reached a server", details());
  return new OutcomeUnknownError("the request may have been carried out: no answer came that says", details());
}
