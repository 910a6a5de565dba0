import { raceProcesses } from "@oncekey/conformance/processes";
import { describe, expect, it } from "vitest";
import { openDatabase } from "./harness.js";

const { url } = await openDatabase();

describe("processes that race over one server", () => {
  // Printed with the test's output: a run without conflicts, take-overs and lost replies is void, and throws.
  it("keep one grant for each attempt, one line of versions, one result", { timeout: 120_000 }, async () => {
    const report = await raceProcesses({
      fixture: new URL("./race-fixture.ts", import.meta.url),
      argument: url,
      processes: 3,
      lanes: 4,
      durationMs: 5_000,
      execArgv: ["--import", "tsx", "--conditions=@oncekey/source"],
    });
    expect(report.violations).toEqual([]);
  });
});
