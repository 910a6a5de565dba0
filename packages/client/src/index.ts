export type { Jitter } from "./backoff.js";
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions } from "./budget.js";
export type { ObservationClass } from "./classify.js";
export type { Clock } from "./clock.js";
export {
  BudgetExhaustedError,
  type FailureDetails,
  type FailureOutcome,
  IdempotencyError,
  InProgressError,
  isIdempotencyError,
  KeyExpiredError,
  KeyRequiredError,
  KeyReuseError,
  NotSentError,
  OutcomeUnknownError,
} from "./errors.js";
export type { ClientEvent } from "./events.js";
export {
  createIdempotentFetch,
  type IdempotentFetch,
  type IdempotentInit,
  type OperationInit,
} from "./idempotent-fetch.js";
export { memoryJournal } from "./journal/memory.js";
export type {
  Journal,
  JournalDecision,
  JournaledRequest,
  JournalPatch,
  OperationRecord,
  OperationState,
  ResumedOperation,
  ResumeOptions,
  ResumeReport,
} from "./journal/types.js";
export type { ClientOptions, Prepare, RetryPolicy } from "./options.js";
export type { Answer, KeyPlace, Meaning, ProtocolAdapter } from "./protocols/adapter.js";
export { type ProtocolName, protocols } from "./protocols/index.js";
export { type AttemptReport, type OperationReport, reportOf } from "./report.js";
export type { OperationBody } from "./request-body.js";
