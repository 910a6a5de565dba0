import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closingLine, countsOf } from "./counts.js";
import { runStages } from "./run-stages.js";
import type { Stage } from "./stages.js";

const node = JSON.stringify(process.execPath);
const exits = (code: number, output = "") =>
  `${node} -e "process.stdout.write('${output}'); process.exitCode = ${code}"`;
const writes = (report: object, code = 0) => {
  const script = `require('fs').writeFileSync(process.env.ONCEKEY_REPORT, '${JSON.stringify(report).replaceAll('"', '\\"')}'); process.exitCode = ${code}`;
  return `${node} -e "${script}"`;
};

async function result(commands: Record<string, string>, stages?: readonly Stage[], signal?: AbortSignal) {
  const lines: string[] = [];
  const total = await runStages(stages ?? Object.keys(commands).map((script) => ({ script })), {
    commandOf: ({ script }) => commands[script] ?? exits(0),
    print: (line) => lines.push(line),
    concurrency: 2,
    ...(signal && { signal }),
  });
  return { line: closingLine(total), lines };
}

describe("runStages", () => {
  it("adds up what the stages report, and counts a stage that reports nothing as one check", async () => {
    const { line, lines } = await result({ plain: exits(0), tests: writes({ passed: 10, failed: 0, skipped: 2 }) });
    expect(line).toBe("11 passed, 0 failed, 2 skipped");
    expect(lines).toHaveLength(2);
  });

  it("prints everything that a failed stage said, and nothing of one that passed", async () => {
    const { line, lines } = await result({ good: exits(0, "quiet"), bad: exits(1, "the reason") });
    expect(line).toBe("1 passed, 1 failed, 0 skipped");
    expect(lines.join("\n")).toContain("│ the reason");
    expect(lines.join("\n")).not.toContain("quiet");
  });

  it("counts a failure where a stage fails after it has reported none", async () => {
    expect((await result({ liar: writes({ passed: 3, failed: 0, skipped: 0 }, 1) })).line).toBe(
      "3 passed, 1 failed, 0 skipped",
    );
  });

  it("counts a command that does not exist as a failure", async () => {
    expect((await result({ gone: "no-such-command-anywhere" })).line).toBe("0 passed, 1 failed, 0 skipped");
  });

  it("does not run what follows a failure, and says so", async () => {
    const stages = [{ script: "build" }, { script: "pack", after: ["build"] }, { script: "other" }];
    const { line, lines } = await result({ build: exits(1) }, stages);
    expect(line).toBe("1 passed, 2 failed, 0 skipped");
    expect(lines.join("\n")).toContain("not run, because build failed");
  });

  it("runs stages in their order where they say so, and a lonely one by itself", async () => {
    const stages = [{ script: "c", after: ["b"] }, { script: "b", alone: true }, { script: "a" }];
    const { lines } = await result({}, stages);
    expect(lines[0]).toContain("✓ b");
    expect(lines).toHaveLength(3);
  });

  it("ends what runs when it is told to stop, and starts nothing more", async () => {
    const stop = new AbortController();
    const folder = mkdtempSync(join(tmpdir(), "oncekey-stages-"));
    const runs = join(folder, "runs");
    const script = "require('fs').writeFileSync(process.argv[1], ''); setInterval(() => {}, 1000)";
    const commands = { endless: `${node} -e "${script}" ${JSON.stringify(runs)}`, never: exits(0) };
    const ended = result(commands, [{ script: "endless", alone: true }, { script: "never" }], stop.signal);
    await expect.poll(() => existsSync(runs)).toBe(true);
    rmSync(folder, { recursive: true });
    stop.abort();
    expect((await ended).line).toBe("0 passed, 2 failed, 0 skipped");
  });
});

describe("countsOf", () => {
  const file = (status: string, tests: number) => ({ status, assertionResults: Array.from({ length: tests }) });
  const vitest = { success: true, numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };

  it("reads vitest's report; a test to be written counts as skipped", () => {
    const text = JSON.stringify({ ...vitest, testResults: [file("passed", 7)] });
    expect(countsOf(text, true)).toEqual({ passed: 5, failed: 0, skipped: 2 });
  });

  it("counts a test file that did not load as a failure", () => {
    const text = JSON.stringify({ ...vitest, success: false, testResults: [file("passed", 7), file("failed", 0)] });
    expect(countsOf(text, false)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });
});
