import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

it("passes under the command too", { timeout: 60_000 }, async () => {
  // The fixture's own file is in the folder for temporary ones.
  const temporary = mkdtempSync(join(tmpdir(), "oncekey-sqlite-"));
  const args = ["--import", "tsx", "--conditions=@oncekey/source", "../../packages/conformance/src/cli.ts"];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...args, "src/fixture.ts", "--level", "should"], {
      cwd: folder,
      env: { ...process.env, TMPDIR: temporary },
    });
    expect(stdout).toMatch(/^SQLite: store conformance, \d+ cases/);
    expect(stdout).toMatch(/^ {2}must +\d\d passed, 0 failed/m);
  } finally {
    rmSync(temporary, { recursive: true });
  }
});
