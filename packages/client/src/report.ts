import type { ObservationClass } from "./classify.js";

/** One attempt, as it is told in errors, events and reports. */
export interface AttemptReport {
  readonly class: ObservationClass;
  /** The status of the answer, where one came. */
  readonly status?: number;
  /** What went wrong, where none came. */
  readonly error?: unknown;
}

/** What is known about an operation whose call returned a response. */
export interface OperationReport {
  /**
   * `succeeded` and `failed` are the server's word. `unknown`: the response does not settle it, such as a 500 that may
   * have come before or after the effect. `not-executed`: the server refused to begin.
   */
  readonly outcome: "succeeded" | "failed" | "not-executed" | "unknown";
  readonly key: string | undefined;
  readonly operationId: string | undefined;
  /** The server gave the stored answer of an earlier attempt. */
  readonly replayed: boolean;
  readonly attempts: readonly AttemptReport[];
}

/** On the response itself: a `WeakMap` with an entry for each would cost the garbage collector more than all the rest. */
export const REPORT = Symbol("report");

type Reported = Response & { [REPORT]?: OperationReport };

export function attachReport(response: Response, report: OperationReport): Response {
  const reported: Reported = response;
  // A kept response has a place for it.
  if (!(REPORT in reported))
    return Object.defineProperty(response, REPORT, { value: report, writable: true, configurable: true });
  reported[REPORT] = report;
  return response;
}

/** What is known about the operation that a response answers; `undefined` for a response of somebody else. */
export function reportOf(response: Response): OperationReport | undefined {
  const reported: Reported = response;
  return reported[REPORT];
}
