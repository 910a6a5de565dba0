import { writeFileSync } from "node:fs";

/** What a stage tells the run that started it, through the file named by ONCEKEY_REPORT. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One thing looked at, and what is wrong with it. */
export interface Finding {
  readonly subject: string;
  readonly problems: readonly string[];
}

/** Ends a check: prints what failed, tells the run how many passed and failed, sets the exit code. */
export function report(findings: readonly Finding[]): void {
  const bad = findings.filter(({ problems }) => problems.length > 0);
  for (const { subject, problems } of bad) {
    console.log(`✗ ${subject}`);
    for (const problem of problems) console.log(`    ${problem.replaceAll("\n", "\n    ")}`);
  }
  const good = findings.filter(({ problems }) => problems.length === 0);
  console.log(`${good.length} passed, ${bad.length} failed: ${good.map(({ subject }) => subject).join(", ")}`);
  tellRun({ passed: good.length, failed: bad.length, skipped: 0 });
  if (findings.length === 0) console.log("✗ nothing was found to check");
  if (bad.length > 0 || findings.length === 0) process.exitCode = 1;
}

function tellRun(counts: Counts): void {
  const path = process.env["ONCEKEY_REPORT"];
  if (path !== undefined) writeFileSync(path, JSON.stringify(counts));
}
