import * as nodeTest from "node:test";
import { describe, expect, it } from "vitest";
import type { ConformanceCase, NamedFixture } from "./case.js";
import { type Runner, registerSuite } from "./register.js";
import type { SuiteOptions } from "./run.js";

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

interface Registered {
  readonly name: string;
  readonly run: () => Promise<void>;
  readonly timeoutMs?: number | undefined;
}

/** Registers on a runner that only remembers. */
function register(
  withSkip: boolean,
  options?: SuiteOptions,
): { tests: Registered[]; skipped: string[]; groups: string[] } {
  const [tests, skipped, groups]: [Registered[], string[], string[]] = [[], [], []];
  const plain = (name: string, run: () => Promise<void>, timeoutMs?: number) => tests.push({ name, run, timeoutMs });
  const it = withSkip ? Object.assign(plain, { skip: (name: string) => skipped.push(name) }) : plain;
  const describe = (name: string, body: () => void) => {
    groups.push(name);
    body();
  };
  registerSuite("the rules", [passing, failing, needy, weak], { name: "a thing" }, { describe, it }, options);
  return { tests, skipped, groups };
}

describe("registerSuite", () => {
  it("registers each case under its id, level and title", async () => {
    const { tests, groups } = register(true);
    expect(groups).toEqual(["a thing: the rules"]);
    expect(tests.map(({ name }) => name)).toEqual([
      "OKK-01 (must) holds",
      "BAD-01 (must) holds",
      "WEA-01 (must) holds (not evidence)",
    ]);
    await tests[0]?.run();
    await expect(tests[1]?.run()).rejects.toThrow("it does not hold");
  });

  it("gives the runner a limit beyond the suite's own", () => {
    expect(register(true, { timeoutMs: 100 }).tests[0]?.timeoutMs).toBeGreaterThan(200);
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
    expect(tests[1]?.name).toBe("BAD-01 (must) holds (known failure: ticket 1)");
    await tests[1]?.run();
    await expect(tests[0]?.run()).rejects.toThrow(/passes now.*ticket 2/);
    expect(() => register(true, { knownFailures: { "XXX-99": "?" } })).toThrow(TypeError);
  });

  it("takes the runners as they are, by type", () => {
    const vitest: Runner = { describe, it };
    const node: Runner = { describe: nodeTest.describe, it: nodeTest.it };
    const bare: Runner = { describe: (_name, body) => body(), it: (_name, body) => body() };
    // @ts-expect-error: a runner has to have "it".
    const none: Runner = { describe };
    expect([vitest, node, bare, none]).toHaveLength(4);
  });
});
