import type { Level } from "./case.js";

/** What became of all cases on one fixture. */
export interface ConformanceReport {
  /** The fixture's name. */
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cases: readonly CaseResult[];
}

/** What became of one case. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** A known failure that still fails counts as skipped. */
  readonly status: "passed" | "failed" | "skipped";
  /** Why it failed; for a known failure, why it still does. */
  readonly error?: Error;
  /** Why it was skipped. */
  readonly reason?: string;
  /** Remarks: what a pass is worth, how often a race was won. */
  readonly notes?: readonly string[];
}

/** Counts the results. */
export function summarise(name: string, cases: readonly CaseResult[]): ConformanceReport {
  const count = (status: CaseResult["status"]) => cases.filter((result) => result.status === status).length;
  return { name, passed: count("passed"), failed: count("failed"), skipped: count("skipped"), cases };
}

const marks = { passed: "ok  ", failed: "FAIL", skipped: "skip" } as const;

/** Writes a report as plain text: a line for each case, what went wrong below it, and the counts at the end. */
export function formatReport(report: ConformanceReport): string {
  const lines = report.cases.flatMap((result) => {
    const head = `${marks[result.status]} ${result.id} (${result.level}) ${result.title}`;
    const below = [...(result.notes ?? [])];
    if (result.reason !== undefined) below.push(`skipped: ${result.reason}`);
    if (result.status === "failed" && result.error !== undefined) below.push(...result.error.message.split("\n"));
    return [head, ...below.map((line) => `       ${line}`)];
  });
  const { passed, failed, skipped } = report;
  return [report.name, ...lines, `${passed} passed, ${failed} failed, ${skipped} skipped`].join("\n");
}
