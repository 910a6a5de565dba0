import { raceProcesses } from "@oncekey/conformance/processes";
import { testDynamoDBEndpoint } from "@oncekey/services";
import { describe, expect, it } from "vitest";
import { openTable } from "./harness.js";

const { table } = await openTable();
/** On AWS's own server, `test:dynamodb-local`, the race is longer. */
const durationMs = process.env["ONCEKEY_DYNAMODB_LOCAL"] === "1" ? 20_000 : 4_000;

describe("processes that race over one table", () => {
  // Printed with the test's output: a run without conflicts, take-overs and lost replies is void, and throws.
  it("keep one grant for each attempt, one line of versions, one result", { timeout: 240_000 }, async () => {
    const report = await raceProcesses({
      fixture: new URL("./race-fixture.ts", import.meta.url),
      argument: { endpoint: testDynamoDBEndpoint(), table },
      processes: 3,
      lanes: 3,
      durationMs,
      // dynalite, Java and the SDK are slow, and share the machine with all else that is tested.
      operations: 2_000,
      execArgv: ["--import", "tsx", "--conditions=@oncekey/source"],
    });
    expect(report.violations).toEqual([]);
  });
});
