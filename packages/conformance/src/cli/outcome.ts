import type { ConformanceReport } from "../report.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import type { Subject } from "./subject.js";

/** What came of one subject: a report, or the reason why there is none. */
export interface Outcome {
  readonly subject: Pick<Subject, "kind" | "name" | "spec">;
  readonly report?: ConformanceReport;
  readonly durationMs: number;
  /** What is wrong with the fixture. */
  readonly fixtureError?: string;
  /** What races between processes came to. */
  readonly races?: Races;
}

/** What happened in the races, or which rule they broke. */
export type Races = { readonly passed: string } | { readonly failed: string };

/** The exit code of one outcome. */
export function outcomeCode({ report, races }: Outcome): number {
  if (report === undefined) return exitCodes.fixture;
  // The rules that races judge are all of level must.
  return races !== undefined && "failed" in races ? exitCodes.mustFailed : exitCodeOf(report);
}
