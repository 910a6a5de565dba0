import { raceProcesses } from "@oncekey/conformance/processes";
import { testRedisUrl } from "@oncekey/services";
import { expect, it } from "vitest";

// Printed with the test's output: a run without conflicts, take-overs and lost replies is void, and throws.
it("processes that race over one server keep one grant for each attempt, one line of versions, one result", {
  timeout: 120_000,
}, async () => {
  const report = await raceProcesses({
    fixture: new URL("./race-fixture.ts", import.meta.url),
    argument: testRedisUrl(),
    processes: 3,
    lanes: 4,
    durationMs: 4_000,
    execArgv: ["--import", "tsx", "--conditions=@oncekey/source"],
  });
  expect(report.violations).toEqual([]);
});
