import type { ConformanceCase, Level, NamedFixture, Suite } from "./case.js";
import { type KnownFailureOptions, knownFailure, knownFailuresOf, unexpectedPass } from "./known-failures.js";
import { type CaseResult, type ConformanceReport, summarise } from "./report.js";
import { asError, type RunOptions, runCase } from "./run.js";
import { flawOf, tryFixture } from "./usable.js";

/** Options of a run of all cases, with a runner or without. */
export interface SuiteOptions extends RunOptions, KnownFailureOptions {}

/** Options of a run without a test runner. */
export interface CheckOptions extends SuiteOptions {
  /** Which cases to run; the report holds no others. Default: all. */
  readonly only?: (each: CaseName) => boolean;
  /** Called when a case begins. */
  readonly onStart?: (each: CaseName) => void;
  /** Called when a case has ended, in the order of the cases. */
  readonly onResult?: (result: CaseResult) => void;
}

/** What names a case. */
export interface CaseName {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
}

/**
 * Runs all cases, one after the other, and reports each.
 *
 * Rejects with a `FixtureError` where the fixture is no use, before any case runs.
 */
export async function runSuite<Fixture extends NamedFixture>(
  suite: Suite<Fixture>,
  fixture: Fixture,
  options: CheckOptions = {},
): Promise<ConformanceReport> {
  const { only = () => true, onStart, onResult } = options;
  const flaw = flawOf(suite, fixture);
  if (flaw !== undefined) throw flaw;
  const known = knownFailuresOf(suite.cases, fixture, options);
  await tryFixture(suite, fixture);
  const results: CaseResult[] = [];
  for (const each of suite.cases.filter(only)) {
    onStart?.(each);
    const result = await judged(each, fixture, options, known.get(each.id));
    onResult?.(result);
    results.push(result);
  }
  return summarise(fixture.name, results);
}

/** Runs a case and answers what its end counts as; never throws for a case that fails. */
export async function judged<Fixture extends NamedFixture>(
  conformanceCase: ConformanceCase<Fixture>,
  fixture: Fixture,
  options: SuiteOptions,
  known: string | undefined,
): Promise<CaseResult> {
  const result = await resultOf(conformanceCase, fixture, options);
  if (known === undefined || result.status === "skipped") return result;
  return result.status === "failed" ? knownFailure(result, known) : unexpectedPass(result, known, options);
}

async function resultOf<Fixture extends NamedFixture>(
  conformanceCase: ConformanceCase<Fixture>,
  fixture: Fixture,
  options: RunOptions,
): Promise<CaseResult> {
  const { id, title, level } = conformanceCase;
  try {
    return await runCase(conformanceCase, fixture, options);
  } catch (error) {
    return { id, title, level, status: "failed", error: asError(error) };
  }
}
