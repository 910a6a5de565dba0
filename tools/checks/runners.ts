// The conformance package from its tarball, under every runner that users have.   tsx tools/checks/runners.ts
//
// packages/conformance/test-runners/ holds one file a runner, written as a user would write it.
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/command.js";
import { installTarballs } from "../lib/install.js";
import { type Finding, report } from "../lib/report.js";
import { tarballs } from "../lib/tarballs.js";
import { readManifest, repositoryRoot } from "../lib/workspace.js";

const FILES = join(repositoryRoot, "packages/conformance/test-runners");
const NEEDED = ["@oncekey/core", "@oncekey/http", "@oncekey/conformance"];

interface RunnerUse {
  readonly file: string;
  readonly command: readonly [string, ...string[]];
  /** Where the output says how many cases passed: a run of none is no evidence. */
  readonly passed: RegExp;
}

const runners: readonly RunnerUse[] = [
  {
    file: "vitest.mjs",
    command: ["vitest", "run", "--root", ".", "--dir", ".", "vitest.mjs"],
    passed: /Tests .*?(\d+) passed/,
  },
  {
    file: "node-test.mjs",
    command: [process.execPath, "--test", "--test-reporter=tap", "node-test.mjs"],
    passed: /^# pass (\d+)/m,
  },
  {
    file: "jest.cjs",
    command: ["jest", "--rootDir", ".", "--testMatch", "**/jest.cjs"],
    passed: /Tests: .*?(\d+) passed/,
  },
  { file: "none.mjs", command: [process.execPath, "none.mjs"], passed: /(\d+) passed/ },
  { file: "command.mjs", command: ["conformance", "command.mjs"], passed: /must +(\d+) passed/ },
  { file: "command.cjs", command: ["conformance", "command.cjs", "--json"], passed: /"passed": (\d+)/ },
];

async function checkRunners(): Promise<Finding[]> {
  const { version } = readManifest(join(repositoryRoot, "node_modules/vitest/package.json"));
  const packages = tarballs().filter(({ name }) => NEEDED.includes(name));
  const installation = await installTarballs(packages, { jest: "^30.0.0", vitest: version ?? "*" });
  try {
    if (existsSync(FILES)) cpSync(FILES, installation.folder, { recursive: true });
    installation.write("vitest.config.mjs", `export default { test: { include: ["vitest.mjs"] } };`);
    // Side by side: most of a run is waiting.
    return await Promise.all(runners.map((use) => tryRunner(use, installation.folder)));
  } finally {
    installation.remove();
  }
}

async function tryRunner({ file, command, passed }: RunnerUse, cwd: string): Promise<Finding> {
  if (!existsSync(join(cwd, file)))
    return { subject: file, problems: [`packages/conformance/test-runners/${file} is missing`] };
  const [program, ...args] = command;
  const local = join(cwd, "node_modules", ".bin", program);
  const { exitCode, output } = await run(existsSync(local) ? local : program, args, { cwd, env: { NO_COLOR: "1" } });
  const count = Number(passed.exec(output)?.[1] ?? 0);
  if (exitCode !== 0) return { subject: file, problems: [output] };
  return { subject: `${file} (${count} cases)`, problems: count > 0 ? [] : [`no case ran:\n${output}`] };
}

report(await checkRunners());
