import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { raceProcesses } from "@oncekey/conformance/processes";
import { expect, it } from "vitest";

it("holds between processes, stopped and killed ones too", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "oncekey-sqlite-"));
  const lines: string[] = [];
  try {
    await raceProcesses({
      fixture: new URL("../src/fixture.ts", import.meta.url),
      argument: join(folder, "keys.db"),
      execArgv: ["--import", "tsx", "--conditions=@oncekey/source"],
      durationMs: 1_500,
      operations: 2_000,
      print: (line) => void lines.push(line),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(lines.join("\n")).toMatch(/^SQLite: 3 processes/);
});
