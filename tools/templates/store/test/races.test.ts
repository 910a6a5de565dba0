import { raceProcesses } from "@oncekey/conformance/processes";
import { it } from "vitest";
import { address } from "./fixture.js";

it("holds between processes, stopped and killed ones too", { timeout: 120_000 }, async () => {
  await raceProcesses({
    fixture: new URL("./fixture.ts", import.meta.url),
    argument: address,
    execArgv: ["--import", "tsx", "--conditions=@oncekey/source"],
  });
});
