import { type ConformanceCase, type NamedFixture, type Suite, skipReason } from "./case.js";
import { knownFailuresOf } from "./known-failures.js";
import type { Places } from "./places.js";
import { asError, timeoutOf } from "./run.js";
import { inPlace, judged, placesOf, type SuiteOptions } from "./run-suite.js";
import { flawOf, tryFixture } from "./usable.js";

/** What a test runner must offer: vitest, node:test, Jest, Mocha and Bun all do. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: RunnerIt;
  /**
   * An `it` whose tests the runner runs beside each other, such as vitest's `it.concurrent`; it gets the cases that may be.
   * Default: `it`, so that they run one after the other. A runner whose `it` is concurrent needs none: the cases that must
   * be alone wait for that.
   */
  readonly concurrent?: RunnerIt;
}

/** A runner's `it`. The third argument is the limit of vitest and Jest; node:test has none by default and ignores it. */
export interface RunnerIt {
  (name: string, body: () => Promise<void>, timeoutMs?: number): unknown;
  readonly skip?: (name: string, body: () => Promise<void>) => unknown;
}

/**
 * Registers every case as a test of the runner, after one that tells whether the fixture is any use.
 *
 * No hooks are used, because runners disagree about their names.
 */
export function registerSuite<Fixture extends NamedFixture>(
  suite: Suite<Fixture>,
  fixture: Fixture,
  { describe, it, concurrent = it }: Runner,
  options: SuiteOptions = {},
): void {
  const flaw = flawOf(suite, fixture);
  if (flaw !== undefined) {
    describe(suite.title, () => void it(FIXTURE_TEST, () => Promise.reject(flaw)));
    return;
  }
  const known = knownFailuresOf(suite.cases, fixture, options);
  const trial = new Trial(() => tryFixture(suite, fixture));
  // How many run at once is for the runner to say.
  const places = placesOf(suite, fixture, suite.cases.length);
  describe(`${fixture.name}: ${suite.title}`, () => {
    it(FIXTURE_TEST, async () => void (await trial.passed()), FIXTURE_TEST_MS);
    for (const each of suite.cases) {
      const test = each.alone || places.total === 1 ? it : concurrent;
      registerCase(each, fixture, test, options, known.get(each.id), { trial, places });
    }
  });
}

const FIXTURE_TEST = "the fixture gives what the suite needs";
// More than opening and closing may take together: so it is the suite that says what took too long.
const FIXTURE_TEST_MS = 60_000;

/** Tries a fixture out when the first test needs it; where it is no use, that one test fails and says so. */
class Trial {
  readonly #attempt: () => Promise<void>;
  #failure: Promise<Error | undefined> | undefined;
  #told = false;

  constructor(attempt: () => Promise<void>) {
    this.#attempt = attempt;
  }

  /** Whether the test that asks may go on; otherwise it throws if it is the first, and is skipped if it is not. */
  async passed(context?: unknown): Promise<boolean> {
    this.#failure ??= this.#attempt().then(() => undefined, asError);
    const failure = await this.#failure;
    if (failure === undefined) return true;
    const first = !this.#told;
    this.#told = true;
    if (first) throw failure;
    skip(context);
    return false;
  }
}

/** Skips the running test by what vitest and node:test pass to it; where there is no way to, the test fails. */
function skip(context: unknown): void {
  // Vitest's context is a function with properties.
  const holder = typeof context === "function" || typeof context === "object" ? context : undefined;
  const method: unknown = holder === undefined || holder === null ? undefined : Reflect.get(holder, "skip");
  if (typeof method !== "function") throw new Error("not run: the fixture is no use, as the first failure says");
  Reflect.apply(method, context, ["the fixture is no use"]);
}

function registerCase<Fixture extends NamedFixture>(
  conformanceCase: ConformanceCase<Fixture>,
  fixture: Fixture,
  it: RunnerIt,
  options: SuiteOptions,
  known: string | undefined,
  { trial, places }: { readonly trial: Trial; readonly places: Places },
): void {
  const { id, level, title } = conformanceCase;
  const name = `${id} (${level}) ${title}`;
  const skipped = skipReason(conformanceCase, fixture);
  if (skipped !== undefined) {
    // A runner without `it.skip` shows a test of the same name that does nothing: visible, where silence is not.
    (it.skip ?? it)(`${name} (skipped: ${skipped})`, async () => {});
    return;
  }
  const caveat = conformanceCase.caveat?.(fixture);
  const remarks = [caveat, known === undefined ? undefined : `known failure: ${known}`];
  const suffix = remarks.flatMap((remark) => (remark === undefined ? [] : [` (${remark})`])).join("");
  // Twice the suite's own limit, which covers the clean-up too: so it is the suite that says what took too long.
  const runnerTimeoutMs = 2 * timeoutOf(conformanceCase, fixture, options) + 1_000;
  const body = async (context: unknown) => {
    if (!(await trial.passed(context))) return;
    const { status, error } = await inPlace(places, conformanceCase, () =>
      judged(conformanceCase, fixture, options, known),
    );
    if (status === "failed") throw error;
  };
  // No parameter: Jest takes a test that has one for a test with a callback.
  it(
    name + suffix,
    function () {
      // biome-ignore lint/complexity/noArguments: a rest parameter is no fixture to vitest's extended tests.
      return body(arguments[0]);
    },
    runnerTimeoutMs,
  );
}
