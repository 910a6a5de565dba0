import type { Level } from "./case.js";

/** How many cases came to which end. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Known failures that failed. */
  readonly known: number;
  readonly skipped: number;
}

/** What became of all cases on one fixture. */
export interface ConformanceReport extends Tally {
  /** The fixture's name. */
  readonly name: string;
  /** The same counts for each level. */
  readonly levels: Readonly<Record<Level, Tally>>;
  readonly cases: readonly CaseResult[];
}

/** What became of one case. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** `known`: it failed, and is listed as a known failure. */
  readonly status: keyof Tally;
  /** Why it failed; for a known failure, why it still does. */
  readonly error?: Error;
  /** Why it was skipped, or why its failure is known. */
  readonly reason?: string;
  /** Remarks: what a pass is worth, how often a race was won. */
  readonly notes?: readonly string[];
}

/** Counts the results. */
export function summarise(name: string, cases: readonly CaseResult[]): ConformanceReport {
  const ofLevel = (level: Level) => tally(cases.filter((result) => result.level === level));
  const levels = { must: ofLevel("must"), should: ofLevel("should"), may: ofLevel("may") };
  return { name, ...tally(cases), levels, cases };
}

function tally(cases: readonly CaseResult[]): Tally {
  const count = (status: keyof Tally) => cases.filter((result) => result.status === status).length;
  return { passed: count("passed"), failed: count("failed"), known: count("known"), skipped: count("skipped") };
}

const marks = { passed: "ok   ", failed: "FAIL ", known: "known", skipped: "skip " } as const;

/** The line of a case, such as `FAIL  CRE-01 (must) create writes where nothing live stands`. */
export function caseLine({ status, id, level, title }: CaseResult): string {
  return `${marks[status]} ${id} (${level}) ${title}`;
}

/** What is said below the line of a case: remarks, and why it was skipped or failed. */
function caseDetails({ status, notes = [], reason, error }: CaseResult): string[] {
  const below = [...notes];
  if (reason !== undefined) below.push(`${status === "known" ? "known failure" : "skipped"}: ${reason}`);
  if (status === "failed" && error !== undefined) below.push(...error.message.split("\n"));
  return below;
}

/** The counts in words; a count of known failures only where there are any. */
export function countsLine({ passed, failed, known, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${known > 0 ? `${known} known to fail, ` : ""}${skipped} skipped`;
}

/** Writes a report as plain text: a line for each case, what went wrong below it, and the counts at the end. */
export function formatReport(report: ConformanceReport): string {
  const lines = report.cases.flatMap((result) => [
    caseLine(result),
    ...caseDetails(result).map((line) => `        ${line}`),
  ]);
  return [report.name, ...lines, countsLine(report)].join("\n");
}
