import * as nodeTest from "node:test";
import { describe, expect, it } from "vitest";
import type { ConformanceCase, NamedFixture, Suite } from "./case.js";
import { type Runner, registerSuite } from "./register.js";
import type { SuiteOptions } from "./run-suite.js";

const passing: ConformanceCase<NamedFixture> = { id: "OKK-01", level: "must", title: "holds", run: async () => {} };
const failing: ConformanceCase<NamedFixture> = {
  ...passing,
  id: "BAD-01",
  run: async () => {
    throw new Error("it does not hold");
  },
};
const needy: ConformanceCase<NamedFixture> = { ...failing, id: "NED-01", needs: [{ unmet: () => "it cannot" }] };
const weak: ConformanceCase<NamedFixture> = { ...passing, id: "WEA-01", caveat: () => "not evidence" };

const suite: Suite<NamedFixture> = {
  title: "the rules",
  cases: [passing, failing, needy, weak],
  flaw: () => undefined,
  tryOut: async () => undefined,
};

interface Registered {
  readonly name: string;
  readonly run: (context?: object) => Promise<void>;
  readonly timeoutMs?: number | undefined;
}

/** Registers on a runner that only remembers. */
function register(
  withSkip: boolean,
  options?: SuiteOptions,
  changes: Partial<Suite<NamedFixture>> = {},
): { tests: Registered[]; skipped: string[]; groups: string[] } {
  const [tests, skipped, groups]: [Registered[], string[], string[]] = [[], [], []];
  const plain = (name: string, run: () => Promise<void>, timeoutMs?: number) => tests.push({ name, run, timeoutMs });
  const it = withSkip ? Object.assign(plain, { skip: (name: string) => skipped.push(name) }) : plain;
  const describe = (name: string, body: () => void) => {
    groups.push(name);
    body();
  };
  registerSuite({ ...suite, ...changes }, { name: "a thing" }, { describe, it }, options);
  return { tests, skipped, groups };
}

describe("registerSuite", () => {
  it("registers each case under its id, level and title", async () => {
    const { tests, groups } = register(true);
    expect(groups).toEqual(["a thing: the rules"]);
    expect(tests.map(({ name }) => name)).toEqual([
      "the fixture gives what the suite needs",
      "OKK-01 (must) holds",
      "BAD-01 (must) holds",
      "WEA-01 (must) holds (not evidence)",
    ]);
    await tests[0]?.run();
    await tests[1]?.run();
    await expect(tests[2]?.run()).rejects.toThrow("it does not hold");
  });

  it("gives the runner a limit beyond the suite's own", () => {
    expect(register(true, { timeoutMs: 100 }).tests[1]?.timeoutMs).toBeGreaterThan(200);
  });

  it("skips visibly, with the reason", () => {
    expect(register(true).skipped).toEqual(["NED-01 (must) holds (skipped: it cannot)"]);
  });

  it("shows a skipped case also where the runner cannot skip", async () => {
    const skipped = register(false).tests.find(({ name }) => name === "NED-01 (must) holds (skipped: it cannot)");
    expect(await skipped?.run()).toBeUndefined();
    expect(skipped).toBeDefined();
  });

  it("is strict about known failures", async () => {
    const { tests } = register(true, { knownFailures: { "BAD-01": "ticket 1", "OKK-01": "ticket 2" } });
    expect(tests[2]?.name).toBe("BAD-01 (must) holds (known failure: ticket 1)");
    await tests[2]?.run();
    await expect(tests[1]?.run()).rejects.toThrow(/passes now.*ticket 2/);
    const lenient = register(true, { knownFailures: { "OKK-01": "ticket 2" }, strict: false });
    await lenient.tests[1]?.run();
    expect(() => register(true, { knownFailures: { "XXX-99": "?" } })).toThrow(TypeError);
  });

  it("registers one failing test where the fixture is written wrongly", async () => {
    const { tests, skipped } = register(true, {}, { flaw: () => "open is 5; it has to be a function" });
    expect(tests.map(({ name }) => name)).toEqual(["the fixture gives what the suite needs"]);
    await expect(tests[0]?.run()).rejects.toThrow("open is 5; it has to be a function");
    expect(skipped).toEqual([]);
  });

  it("fails one test where the fixture gives nothing usable, whichever runs first, and skips the others", async () => {
    let trials = 0;
    const tryOut = async () => `open() gives nothing (trial ${++trials})`;
    const { tests } = register(true, {}, { tryOut });
    await expect(tests[1]?.run()).rejects.toThrow('the fixture "a thing": open() gives nothing (trial 1)');
    const skips: unknown[] = [];
    const context = { skip: (reason: unknown) => skips.push(reason) };
    await tests[2]?.run(context);
    // As vitest has it.
    await tests[2]?.run(Object.assign(() => {}, context));
    expect(skips).toEqual(["the fixture is no use", "the fixture is no use"]);
    await expect(tests[2]?.run()).rejects.toThrow("not run: the fixture is no use");
    expect(trials).toBe(1);
  });

  it("gives a concurrent runner what may run beside other cases, and keeps the rest alone under any", async () => {
    let running = 0;
    const most = new Map<string, number>();
    const each = (id: string, alone: boolean): ConformanceCase<NamedFixture> => ({
      ...passing,
      id,
      alone,
      run: async () => {
        running += 1;
        most.set(id, running);
        await new Promise(setImmediate);
        running -= 1;
      },
    });
    const cases = [each("ONE-01", false), each("TWO-01", false), each("ALO-01", true), each("END-01", false)];
    const [tests, concurrentTests]: [Registered[], string[]] = [[], []];
    const it = (name: string, run: () => Promise<void>) => tests.push({ name, run });
    const concurrent = (name: string, run: () => Promise<void>) => {
      concurrentTests.push(name.slice(0, 6));
      it(name, run);
    };
    const runner: Runner = { describe: (_name, body) => body(), it, concurrent };
    registerSuite({ ...suite, cases, sideBySide: () => true }, { name: "a thing" }, runner);
    expect(concurrentTests).toEqual(["ONE-01", "TWO-01", "END-01"]);
    await Promise.all(tests.map(({ run }) => run()));
    expect(Object.fromEntries(most)).toEqual({ "ONE-01": 1, "TWO-01": 2, "ALO-01": 1, "END-01": 1 });
    registerSuite({ ...suite, cases }, { name: "a thing" }, runner);
    expect(concurrentTests).toHaveLength(3);
  });

  it("takes the runners as they are, by type", () => {
    const vitest: Runner = { describe, it, concurrent: it.concurrent };
    const node: Runner = { describe: nodeTest.describe, it: nodeTest.it };
    const bare: Runner = { describe: (_name, body) => body(), it: (_name, body) => body() };
    // @ts-expect-error: a runner has to have "it".
    const none: Runner = { describe };
    expect([vitest, node, bare, none]).toHaveLength(4);
  });
});
