import type { ConformanceReport } from "../report.js";

/** What the command's exit code says. The gravest one counts where there are several fixtures. */
export const exitCodes = {
  passed: 0,
  /** A rule of level `must` is broken. */
  mustFailed: 1,
  /** No `must` is broken, but a `should` is. A broken `may` is told, and does not fail the run. */
  shouldFailed: 2,
  /** The command is wrong. */
  usage: 3,
  /** No case could be run on the fixture. */
  fixture: 4,
} as const;

const gravestFirst = [exitCodes.fixture, exitCodes.mustFailed, exitCodes.shouldFailed];

/** The exit code of a report. */
export function exitCodeOf({ levels }: ConformanceReport): number {
  if (levels.must.failed > 0) return exitCodes.mustFailed;
  return levels.should.failed > 0 ? exitCodes.shouldFailed : exitCodes.passed;
}

/** The one that counts. */
export function gravest(codes: readonly number[]): number {
  return gravestFirst.find((code) => codes.includes(code)) ?? exitCodes.passed;
}
