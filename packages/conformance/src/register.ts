import { type ConformanceCase, type NamedFixture, skipReason } from "./case.js";
import { checkedKnownFailures, runCase, runKnownFailure, type SuiteOptions, timeoutOf } from "./run.js";

/** What a test runner must offer: vitest, node:test, Jest, Mocha and Bun all do. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: RunnerIt;
}

/** A runner's `it`. The third argument is the limit of vitest and Jest; node:test has none by default and ignores it. */
export interface RunnerIt {
  (name: string, body: () => Promise<void>, timeoutMs?: number): unknown;
  readonly skip?: (name: string, body: () => Promise<void>) => unknown;
}

/** Registers every case as a test of the runner; no hooks are used, because runners disagree about their names. */
export function registerSuite<Fixture extends NamedFixture>(
  title: string,
  cases: readonly ConformanceCase<Fixture>[],
  fixture: Fixture,
  { describe, it }: Runner,
  options: SuiteOptions = {},
): void {
  const known = checkedKnownFailures(cases, options);
  describe(`${fixture.name}: ${title}`, () => {
    for (const each of cases) registerCase(each, fixture, it, options, known.get(each.id));
  });
}

function registerCase<Fixture extends NamedFixture>(
  conformanceCase: ConformanceCase<Fixture>,
  fixture: Fixture,
  it: RunnerIt,
  options: SuiteOptions,
  knownFailure: string | undefined,
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
  const remarks = [caveat, knownFailure === undefined ? undefined : `known failure: ${knownFailure}`];
  const suffix = remarks.flatMap((remark) => (remark === undefined ? [] : [` (${remark})`])).join("");
  const run = knownFailure === undefined ? runCase : runKnownFailure(knownFailure);
  // Twice the suite's own limit, which covers the clean-up too: so it is the suite that says what took too long.
  const runnerTimeoutMs = 2 * timeoutOf(conformanceCase, fixture, options) + 1_000;
  it(name + suffix, async () => void (await run(conformanceCase, fixture, options)), runnerTimeoutMs);
}
