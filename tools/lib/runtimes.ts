import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./command.js";
import { repositoryRoot } from "./workspace.js";

const CACHE = join(repositoryRoot, "node_modules", ".cache", "oncekey");
const EXTENSION = process.platform === "win32" ? ".exe" : "";

interface Program {
  /** The package to ask npm for, which brings the build for this machine. */
  readonly package: string;
  readonly version: string;
  /** Where that build stands: the folder of the builds, how their names begin, and the program's path in one. */
  readonly build: readonly [scope: string, prefix: string, path: string];
}

/** Other runtimes than Node. */
const PROGRAMS = {
  bun: { package: "bun", version: "1.4.5", build: ["@oven", "bun-", "bin/bun"] },
  deno: { package: "deno", version: "2.9.6", build: ["@deno", "", "deno"] },
  workerd: { package: "workerd", version: "1.20261117.1", build: ["@cloudflare", "workerd-", "bin/workerd"] },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof PROGRAMS;

/** Where a program is, and which version. */
export interface FetchedProgram {
  readonly path: string;
  readonly version: string;
}

/**
 * Fetches Bun, Deno and workerd from npm, once: 140 MB, and 370 MB on the disk. They are no dependencies, because then
 * everybody would have to wait for them.
 */
export async function fetchRuntimes(): Promise<(name: ProgramName) => FetchedProgram> {
  const versions = Object.values(PROGRAMS).map(({ version }) => version);
  const folder = join(CACHE, `runtimes-${versions.join("-")}`);
  if (!existsSync(folder)) await fetchInto(folder);
  return (name) => ({ path: programIn(folder, PROGRAMS[name]), version: PROGRAMS[name].version });
}

function programIn(folder: string, { package: name, build: [scope, prefix, path] }: Program): string {
  const builds = join(folder, "node_modules", scope);
  const paths = existsSync(builds)
    ? readdirSync(builds)
        .filter((build) => build.startsWith(prefix))
        .map((build) => join(builds, build, path + EXTENSION))
    : [];
  const found = paths.find((each) => existsSync(each));
  if (found === undefined) throw new Error(`npm has brought no program of ${name}; is there a build for this machine?`);
  return found;
}

async function fetchInto(folder: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const workshop = mkdtempSync(join(CACHE, "fetching-"));
  try {
    const dependencies = Object.fromEntries(Object.values(PROGRAMS).map((each) => [each.package, each.version]));
    writeFileSync(join(workshop, "package.json"), JSON.stringify({ name: "runtimes", private: true, dependencies }));
    // No scripts: they would put the programs in other places, and fetch them again where npm has left them out.
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
    await mustRun("npm", ["install", "--loglevel=error", ...flags], { cwd: workshop });
    renameSync(workshop, folder);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}
