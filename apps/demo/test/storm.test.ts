import { afterEach, describe, expect, it } from "vitest";
import { complaintsAbout, report } from "../src/storm/report.js";
import type { StormResult } from "../src/storm/storm.js";
import { DemoProcess } from "./demo-process.js";

describe("the storm", { timeout: 300_000 }, () => {
  let running: DemoProcess | undefined;
  const start = (...args: string[]) => {
    running = new DemoProcess("src/storm/main.ts", {}, args);
    return running;
  };

  afterEach(async () => {
    await running?.kill("SIGTERM");
  });

  it("takes 50 operations through faults and a crash, each billed once", async () => {
    const storm = start("--operations", "50", "--concurrency", "25");
    const { code } = await storm.ended;
    expect(storm.output).toMatch(/operations +50\n/);
    expect(storm.output).toMatch(/crashes of the server +1\n/);
    expect(storm.output).toMatch(/checks billed +50\n/);
    expect(storm.output).toMatch(/^✓ Every operation was billed once/m);
    expect(code).toBe(0);
  });

  it.each(["--operations=0", "--url=nowhere", "--storms"])("refuses %s", async (argument) => {
    const storm = start(argument);
    expect((await storm.ended).code).toBe(1);
    expect(storm.output).toContain("Usage: npm run demo:storm");
  });
});

describe("the storm's verdict", () => {
  const passed: StormResult = {
    operations: 2,
    tally: { requests: 9, firstAnswers: 2, replays: 4, conflicts: 3, failures: 0, lost: 0, done: 2 },
    bill: { checks: 2, complaints: [] },
    differing: [],
    seconds: 1,
  };

  it("is good only where nothing is wrong", () => {
    expect(complaintsAbout(passed, 1)).toEqual([]);
    expect(report(passed, 3, 1)).toContain("✓");
  });

  const wrong: readonly [string, StormResult, number | undefined][] = [
    ["a check too many", { ...passed, bill: { checks: 3, complaints: ["a was billed 2 times"] } }, 1],
    ["a check too few", { ...passed, bill: { checks: 1, complaints: [] } }, 1],
    ["an answer that differs", { ...passed, differing: ["a has two answers"] }, 1],
    ["a crash that did not happen", passed, 0],
    ["retries that were never replayed", { ...passed, tally: { ...passed.tally, replays: 0 } }, undefined],
  ];
  it.each(wrong)("is bad for %s", (_, result, crashes) => {
    expect(complaintsAbout(result, crashes)).not.toEqual([]);
    expect(report(result, 3, crashes)).toContain("✗");
  });
});
