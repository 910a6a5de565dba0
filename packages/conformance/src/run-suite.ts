import type { ConformanceCase, Level, NamedFixture, Suite } from "./case.js";
import { type KnownFailureOptions, knownFailure, knownFailuresOf, unexpectedPass } from "./known-failures.js";
import { Places } from "./places.js";
import { type CaseResult, type ConformanceReport, summarise } from "./report.js";
import { asError, type RunOptions, runCase } from "./run.js";
import { flawOf, tryFixture } from "./usable.js";

/** Options of a run of all cases, with a runner or without. */
export interface SuiteOptions extends RunOptions, KnownFailureOptions {}

/** Options of a run without a test runner. */
export interface CheckOptions extends SuiteOptions {
  /**
   * How many cases may run at the same time, where the fixture allows that. Default 8. A binding's cases, and those of a
   * store whose clock is moved by hand or whose calls do not race, run one after the other in any case.
   */
  readonly concurrency?: number;
  /** Which cases to run; the report holds no others. Default: all. */
  readonly only?: (each: CaseName) => boolean;
  /** Called when a case begins. */
  readonly onStart?: (each: CaseName) => void;
  /** Called with the result of each case in the order of the cases: when it has ended, and those before it have. */
  readonly onResult?: (result: CaseResult) => void;
}

/** What names a case. */
export interface CaseName {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
}

/**
 * Runs all cases, some of them at the same time where the fixture allows that, and reports each.
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
  const places = placesOf(suite, fixture, concurrencyOf(options));
  await tryFixture(suite, fixture);
  const tell = inOrder<CaseResult>((result) => onResult?.(result));
  const run = async (each: ConformanceCase<Fixture>, index: number) => {
    onStart?.(each);
    const result = await judged(each, fixture, options, known.get(each.id));
    tell(index, result);
    return result;
  };
  const running = suite.cases.filter(only).map((each, index) => inPlace(places, each, () => run(each, index)));
  return summarise(fixture.name, await Promise.all(running));
}

/** Hands things on in the order of their numbers, each as soon as those before it have come. */
function inOrder<Thing>(handOn: (thing: Thing) => void): (index: number, thing: Thing) => void {
  const early = new Map<number, Thing>();
  let next = 0;
  return (index, thing) => {
    early.set(index, thing);
    for (let due = early.get(next); due !== undefined; due = early.get(next)) {
      early.delete(next);
      next += 1;
      handOn(due);
    }
  };
}

/** Where cases of this suite wait for their turn: one place where they may not run beside each other. */
export function placesOf<Fixture extends NamedFixture>(suite: Suite<Fixture>, fixture: Fixture, most: number): Places {
  return new Places(suite.sideBySide?.(fixture) === true ? most : 1);
}

/** Runs a case in its turn: one that must be alone takes every place. */
export function inPlace<Fixture extends NamedFixture>(
  places: Places,
  { alone = false }: ConformanceCase<Fixture>,
  run: () => Promise<CaseResult>,
): Promise<CaseResult> {
  return places.hold(alone ? places.total : 1, run);
}

function concurrencyOf({ concurrency = 8 }: CheckOptions): number {
  if (Number.isSafeInteger(concurrency) && concurrency > 0) return concurrency;
  throw new TypeError(`concurrency: ${concurrency} is not a whole number of cases of at least 1`);
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
