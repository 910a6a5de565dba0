import { describe, expect, it } from "vitest";
import { type ConformanceCase, defineCases, type NamedFixture, type Suite } from "./case.js";
import { FixtureError } from "./fixture-error.js";
import { formatReport } from "./report.js";
import { runCase } from "./run.js";
import { runSuite } from "./run-suite.js";

interface Fixture extends NamedFixture {
  readonly can: boolean;
}

const fixture: Fixture = { name: "a thing", can: false };
const able = { unmet: ({ can }: Fixture) => (can ? undefined : "it cannot") };

function aCase(id: string, run: ConformanceCase<Fixture>["run"] = async () => {}): ConformanceCase<Fixture> {
  return { id, level: "must", title: `holds ${id}`, run };
}

const failing = aCase("BAD-01", async () => {
  throw new Error("expected: 1\nactual:   2");
});

describe("runCase", () => {
  it("answers with the remarks of a case that passed", async () => {
    const noted: ConformanceCase<Fixture> = {
      ...aCase("OKK-01", async (context) => context.note("3 races")),
      caveat: () => "no evidence",
    };
    expect(await runCase(noted, fixture)).toMatchObject({ status: "passed", notes: ["no evidence", "3 races"] });
  });

  it("throws with the id, the title and the first error", async () => {
    await expect(runCase(failing, fixture)).rejects.toThrow("BAD-01 holds BAD-01\nexpected: 1\nactual:   2");
    await expect(runCase(failing, fixture)).rejects.toMatchObject({ cause: { message: "expected: 1\nactual:   2" } });
  });

  it("does not run a case whose needs are not met, and says so", async () => {
    const needy = { ...failing, needs: [able] };
    expect(await runCase(needy, fixture)).toMatchObject({ status: "skipped", reason: "it cannot" });
    await expect(runCase(needy, { ...fixture, can: true })).rejects.toThrow("BAD-01");
  });

  it("ends a case that does not end, tells it so, and cleans up after it", async () => {
    const seen: string[] = [];
    const endless = aCase("END-01", async ({ defer, signal }) => {
      defer(() => void seen.push("cleaned"));
      signal.addEventListener("abort", () => seen.push("aborted"));
      await new Promise(() => {});
    });
    await expect(runCase(endless, fixture, { timeoutMs: 5 })).rejects.toThrow("the case did not end within 5 ms");
    expect(seen).toEqual(["aborted", "cleaned"]);
  });

  it("cleans up in reverse, all of it, and tells of a clean-up that failed", async () => {
    const seen: number[] = [];
    const messy = aCase("MES-01", async ({ defer }) => {
      defer(() => void seen.push(1));
      defer(async () => Promise.reject(new Error("it does not close")));
      defer(() => void seen.push(3));
    });
    await expect(runCase(messy, fixture)).rejects.toThrow("it does not close");
    expect(seen).toEqual([3, 1]);
  });

  it("reads an error of another realm, and what is no error at all", async () => {
    const foreign = aCase("FOR-01", async () => Promise.reject({ message: "from elsewhere" }));
    const odd = aCase("ODD-01", async () => Promise.reject("a text"));
    await expect(runCase(foreign, fixture)).rejects.toThrow("from elsewhere");
    await expect(runCase(odd, fixture)).rejects.toThrow("a text");
  });

  it("refuses a limit that is none", async () => {
    for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(runCase(failing, fixture, { timeoutMs })).rejects.toThrow(TypeError);
    }
  });
});

describe("runSuite", () => {
  const cases = defineCases([aCase("OKK-01"), failing, { ...aCase("NED-01"), needs: [able] }]);
  const usable = { title: "the rules", flaw: () => undefined, tryOut: async () => undefined };
  const suite: Suite<Fixture> = { ...usable, cases };

  it("runs every case and reports each", async () => {
    const report = await runSuite(suite, fixture);
    expect(report).toMatchObject({ name: "a thing", passed: 1, failed: 1, known: 0, skipped: 1 });
    expect(report.levels.must).toEqual({ passed: 1, failed: 1, known: 0, skipped: 1 });
    expect(report.levels.should).toEqual({ passed: 0, failed: 0, known: 0, skipped: 0 });
    expect(report.cases.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "OKK-01 passed",
      "BAD-01 failed",
      "NED-01 skipped",
    ]);
    expect(formatReport(report)).toBe(
      [
        "a thing",
        "ok    OKK-01 (must) holds OKK-01",
        "FAIL  BAD-01 (must) holds BAD-01",
        "        BAD-01 holds BAD-01",
        "        expected: 1",
        "        actual:   2",
        "skip  NED-01 (must) holds NED-01",
        "        skipped: it cannot",
        "1 passed, 1 failed, 1 skipped",
      ].join("\n"),
    );
  });

  it("runs the cases that are asked for, and tells of each as it comes", async () => {
    const seen: string[] = [];
    const report = await runSuite(suite, fixture, {
      only: ({ id }) => id !== "OKK-01",
      onStart: ({ id }) => void seen.push(`${id} begins`),
      onResult: ({ id, status }) => void seen.push(`${id} ${status}`),
      knownFailures: { "OKK-01": "not looked at in this run" },
    });
    expect(report.cases.map(({ id }) => id)).toEqual(["BAD-01", "NED-01"]);
    expect(seen).toEqual(["BAD-01 begins", "BAD-01 failed", "NED-01 begins", "NED-01 skipped"]);
  });

  describe("side by side", () => {
    /** Cases that note how many run when they begin; they take turns, each a different number of them. */
    function counting(ids: readonly string[], alone: readonly string[]) {
      let running = 0;
      const seen = new Map<string, number>();
      const each = (id: string, index: number): ConformanceCase<Fixture> => ({
        ...aCase(id, async () => {
          running += 1;
          seen.set(id, running);
          for (let turn = index; turn < 10; turn++) await new Promise(setImmediate);
          running -= 1;
        }),
        alone: alone.includes(id),
      });
      return { seen, cases: defineCases(ids.map(each)) };
    }
    const ids = ["AAA-01", "BBB-01", "CCC-01", "DDD-01", "EEE-01"];

    it("runs so many cases at once, those alone that must be, and reports in the order of the cases", async () => {
      const { seen, cases } = counting(ids, ["CCC-01"]);
      const told: string[] = [];
      const onResult = ({ id }: { id: string }) => void told.push(id);
      await runSuite({ ...usable, cases, sideBySide: () => true }, fixture, { concurrency: 2, onResult });
      expect([...seen]).toEqual([
        ["AAA-01", 1],
        ["BBB-01", 2],
        ["CCC-01", 1],
        ["DDD-01", 1],
        ["EEE-01", 2],
      ]);
      expect(told).toEqual(ids);
    });

    it("runs them one after the other where the fixture does not allow more", async () => {
      for (const sideBySide of [undefined, ({ can }: Fixture) => can]) {
        const { seen, cases } = counting(ids, []);
        await runSuite({ ...usable, cases, ...(sideBySide && { sideBySide }) }, fixture);
        expect([...seen.values()]).toEqual([1, 1, 1, 1, 1]);
      }
    });

    it("refuses a number that is none", async () => {
      for (const concurrency of [0, 1.5, Number.NaN]) {
        await expect(runSuite(suite, fixture, { concurrency })).rejects.toThrow(TypeError);
      }
    });
  });

  it("lets a known failure fail, and reports it as known", async () => {
    const report = await runSuite(suite, { ...fixture, knownFailures: { "BAD-01": "ticket 12" } });
    expect(report).toMatchObject({ failed: 0, known: 1, skipped: 1 });
    expect(report.cases[1]).toMatchObject({ status: "known", reason: "ticket 12" });
    expect(report.cases[1]?.error?.message).toContain("actual:   2");
    expect(formatReport(report)).toContain("        known failure: ticket 12\n");
    expect(formatReport(report)).toContain("1 passed, 0 failed, 1 known to fail, 1 skipped");
  });

  it("does not let a known failure pass, unless it is told to", async () => {
    const knownFailures = { "OKK-01": "ticket 12" };
    const strict = await runSuite(suite, fixture, { knownFailures });
    expect(strict.cases[0]?.status).toBe("failed");
    expect(strict.cases[0]?.error?.message).toMatch(/OKK-01 passes now.*ticket 12/);
    const lenient = await runSuite(suite, fixture, { knownFailures, strict: false });
    expect(lenient.cases[0]).toMatchObject({ status: "passed", notes: [expect.stringMatching(/OKK-01 passes now/)] });
  });

  it("refuses a known failure that no case has, or that has no reason", async () => {
    await expect(runSuite(suite, fixture, { knownFailures: { "XXX-99": "?" } })).rejects.toThrow(/XXX-99/);
    await expect(runSuite(suite, fixture, { knownFailures: { "BAD-01": "" } })).rejects.toThrow(/BAD-01 has no reason/);
  });

  it("runs no case on a fixture that is no use, and closes what was opened", async () => {
    const seen: string[] = [];
    const options = { onStart: ({ id }: { id: string }) => void seen.push(id) };
    const flawed: Suite<Fixture> = { ...suite, flaw: () => "open is 5; it has to be a function" };
    await expect(runSuite(flawed, fixture, options)).rejects.toThrow(FixtureError);
    const flawedInUse: Suite<Fixture> = {
      ...suite,
      tryOut: async (_fixture, defer) => {
        defer(() => void seen.push("closed"));
        return "open() gives nothing";
      },
    };
    await expect(runSuite(flawedInUse, fixture, options)).rejects.toThrow(
      'the fixture "a thing": open() gives nothing',
    );
    const failingInUse: Suite<Fixture> = { ...suite, tryOut: () => Promise.reject(new Error("ECONNREFUSED")) };
    await expect(runSuite(failingInUse, fixture, options)).rejects.toMatchObject({
      name: "FixtureError",
      cause: { message: "ECONNREFUSED" },
    });
    expect(seen).toEqual(["closed"]);
  });

  it("refuses two cases of one id", () => {
    expect(() => defineCases([aCase("OKK-01"), aCase("OKK-01")])).toThrow(TypeError);
  });
});
