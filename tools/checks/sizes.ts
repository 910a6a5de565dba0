// What the packages weigh in a user's bundle, from the tarballs.   tsx tools/checks/sizes.ts [--write]
//
// --write puts the table of budgets into docs/size.md.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle, gzippedBytes } from "../lib/bundle.js";
import { mustRun } from "../lib/command.js";
import { type Finding, report } from "../lib/report.js";
import { type Tarball, tarballs } from "../lib/tarballs.js";
import { type Manifest, readManifest, repositoryRoot } from "../lib/workspace.js";
import { type Budget, budgets } from "./sizes.budgets.js";

const PAGE = join(repositoryRoot, "docs/size.md");
/** Nobody bundles a test suite. */
const IN_TESTS = "@oncekey/conformance";
const TABLE = /(<!-- budgets -->\n)[\s\S]*(?=\n<!-- \/budgets -->)/;

/** A folder with the packages as a user has them, but not their peers. */
async function unpack(packages: readonly Tarball[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "oncekey-sizes-"));
  for (const { name, path } of packages) {
    const target = join(folder, "node_modules", name);
    mkdirSync(target, { recursive: true });
    await mustRun("tar", ["-xzf", path, "--strip-components=1"], { cwd: target });
  }
  return folder;
}

/** Whether something is as small as it may be. */
export async function weigh({ what, code, own, runtime, most }: Budget, folder: string): Promise<Finding> {
  const outside =
    own === undefined ? [] : dependenciesOf(readManifest(join(folder, "node_modules", own, "package.json")));
  const conditions = runtime === undefined ? [] : [runtime];
  const bytes = gzippedBytes(await bundle(code, { folder, outside, conditions }));
  const subject = `${what}: ${kilobytes(bytes, 2)} of ${kilobytes(most)}`;
  if (bytes <= most) return { subject, problems: [] };
  return {
    subject,
    problems: [`${bytes} bytes, and may have ${most}: make it smaller, or say why in sizes.budgets.ts`],
  };
}

function dependenciesOf({ dependencies = {}, peerDependencies = {} }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies });
}

/** A package of which nothing is used leaves nothing behind. */
export async function shake(name: string, folder: string): Promise<Finding> {
  const manifest = readManifest(join(folder, "node_modules", name, "package.json"));
  const entries = Object.entries(manifest.exports ?? {}).filter(([, entry]) => typeof entry === "object");
  const imports = entries.map(([path]) => `import ${JSON.stringify(name + path.slice(1))};`).join("\n");
  const { byteLength } = await bundle(imports, { folder, outside: dependenciesOf(manifest) });
  const problem = `${byteLength} bytes stay of it where nothing is imported; it needs "sideEffects": false`;
  return { subject: `${name} shakes to nothing`, problems: byteLength === 0 ? [] : [problem] };
}

/** The budgets as a table of Markdown. */
function table(list: readonly Budget[]): string {
  const rows = list.map(({ what, most, aim }) => `| ${what} | ${kilobytes(most)} | ${aim ? kilobytes(aim) : ""} |`);
  return ["| | at most | aim |", "| --- | --: | --: |", ...rows].join("\n");
}

function kilobytes(bytes: number, digits = 1): string {
  return `${(bytes / 1_000).toFixed(digits)} kB`;
}

function page(text: string): string {
  const { whole, single, own } = budgets;
  const tables = [
    ["With everything below it:", whole],
    ["One import alone:", single],
    ["A package's own code:", own],
  ] as const;
  const body = tables.map(([heading, list]) => `${heading}\n\n${table(list)}\n`).join("\n");
  return text.replace(TABLE, `$1\n${body}`);
}

function checkPage(): Finding {
  const text = readFileSync(PAGE, "utf8");
  const problem = "its table is not that of sizes.budgets.ts; run tsx tools/checks/sizes.ts --write";
  return { subject: "docs/size.md", problems: TABLE.test(text) && text === page(text) ? [] : [problem] };
}

/** A package without a budget may become as large as it likes. */
function budgeted(name: string): Finding {
  const there = Object.values(budgets).some((list) => list.some(({ code }) => code.includes(`"${name}"`)));
  const problems = there || name === IN_TESTS ? [] : [`give ${name} a budget in sizes.budgets.ts`];
  return { subject: `${name} has a budget`, problems };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv.includes("--write")) writeFileSync(PAGE, page(readFileSync(PAGE, "utf8")));
  const packages = tarballs();
  const folder = await unpack(packages);
  try {
    const findings = [checkPage()];
    for (const budget of Object.values(budgets).flat()) findings.push(await weigh(budget, folder));
    for (const { name } of packages) findings.push(budgeted(name), await shake(name, folder));
    report(findings);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
