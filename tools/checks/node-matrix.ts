// Build and unit tests on the other Node versions that we support.   tsx tools/checks/node-matrix.ts
//
// The npm package `node` brings each of them. It is fetched when needed and never a dependency: there, it would take
// the place of the Node that runs everything else.
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { mustRun, run } from "../lib/command.js";
import { type Finding, report } from "../lib/report.js";
import { publishedPackages, repositoryRoot } from "../lib/workspace.js";

const VERSIONS = ["22", "24"];
/**
 * What users run. The model check and these tools say nothing about a version of Node; nor do the planted bugs, which prove
 * that the suite finds them and are a project of their own in vitest.config.ts.
 */
const TESTED = ["packages/core/src", "packages/http", "packages/client/src", "packages/conformance/src"];
const BIN = join(repositoryRoot, "node_modules", ".bin");

/** The folder of that version's `node`. */
async function fetchNode(version: string): Promise<string> {
  const found = await mustRun("npx", ["-y", `--package=node@${version}`, "-c", "command -v node"], {
    env: { npm_config_loglevel: "error" },
  });
  const folder = dirname(found.trim().split("\n").at(-1) ?? "");
  if (!existsSync(join(folder, "node"))) throw new Error(`npx did not bring Node ${version}:\n${found}`);
  return folder;
}

async function checkVersion(version: string): Promise<Finding[]> {
  const folder = await fetchNode(version);
  const env = { PATH: [folder, BIN, process.env["PATH"]].join(delimiter), ONCEKEY_REPORT: undefined };
  const node = join(folder, "node");
  const exact = (await mustRun(node, ["--version"])).trim();
  const attempt = async (subject: string, args: string[], cwd = repositoryRoot): Promise<Finding> => {
    const { exitCode, output } = await run(node, args, { cwd, env });
    return { subject: `${subject} on Node ${exact}`, problems: exitCode === 0 ? [] : [output] };
  };
  const findings: Finding[] = [];
  for (const { path, manifest } of publishedPackages()) {
    const scratch = join(repositoryRoot, "node_modules", ".cache", "oncekey", "matrix", version, manifest.name);
    // Elsewhere than dist, which other checks may be reading. Types do not depend on the Node that makes them.
    findings.push(
      await attempt(
        `build of ${manifest.name}`,
        [join(BIN, "../tsup/dist/cli-default.js"), "--no-dts", "--out-dir", scratch],
        path,
      ),
    );
  }
  findings.push(
    await attempt("unit tests", [
      join(BIN, "../vitest/vitest.mjs"),
      "run",
      "--project",
      "unit",
      // The versions run beside each other.
      "--maxWorkers=2",
      ...TESTED,
    ]),
  );
  return findings;
}

const findings = await Promise.all(VERSIONS.map(checkVersion));
report(findings.flat());
