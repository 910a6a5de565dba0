import { raceProcesses } from "@oncekey/conformance/processes";
import { testDynamoDBEndpoint } from "@oncekey/services";
import { describe, expect, it } from "vitest";
import { openTable } from "./harness.js";

const { table } = await openTable();
describe("processes that race over one table", () => {
  // Printed with the test's output: a run without conflicts, take-overs and lost replies is void, and throws.
  it("keep one grant for each attempt, one line of versions, one result", { timeout: 240_000 }, async () => {
    const report = await raceProcesses({
      fixture: new URL("./race-fixture.ts", import.meta.url),
      argument: { endpoint: testDynamoDBEndpoint(), table },
      processes: 3,
      lanes: 5,
      // It goes on for longer where the machine has other tests to run, or the server is AWS's own, until there are 20,000.
      durationMs: 8_000,
      execArgv: ["--import", "tsx", "--conditions=@oncekey/source"],
    });
    expect(report.violations).toEqual([]);
  });
});
