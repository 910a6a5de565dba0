import type { Counts } from "../lib/report.js";

/** vitest's JSON report, or the shorter one that our own checks write. */
type Report = Counts | VitestReport;

interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/**
 * What a stage adds to the last line of the run.
 *
 * @param text the report that it wrote, or undefined: then the stage counts as one check.
 * @param succeeded whether it exited with 0. A stage that did not never counts as free of failures, whatever it wrote.
 */
export function countsOf(text: string | undefined, succeeded: boolean): Counts {
  const counts = text === undefined ? { passed: succeeded ? 1 : 0, failed: 0, skipped: 0 } : read(JSON.parse(text));
  return succeeded || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

export function add(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function read(report: Report): Counts {
  if (!("testResults" in report)) return report;
  // A file that does not even load has no tests to count, but it is a failure.
  const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
