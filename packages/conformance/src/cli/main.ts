import { createRequire } from "node:module";
import { scenarios } from "../binding/scenarios.js";
import { bindingCases } from "../binding/suite.js";
import { FixtureError } from "../fixture-error.js";
import type { CaseName } from "../run-suite.js";
import { storeCases } from "../store/index.js";
import { checkAll, subjectsOf } from "./check.js";
import { exitCodes } from "./exit-codes.js";
import { jsonReport } from "./json-report.js";
import { type CliOptions, readOptions } from "./options.js";
import { selection } from "./select.js";
import type { Output } from "./terminal.js";
import { help, UsageError } from "./usage.js";

/** Where the command runs. */
export interface Surroundings {
  /** For the report. */
  readonly out: Output;
  /** For progress and complaints. */
  readonly err: Output;
  readonly cwd: string;
}

/** The command. Answers its exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  try {
    const options = readOptions(args);
    if (options.show === undefined) return await checkAll(options, surroundings);
    out.write(await shown(options, options.show, surroundings.cwd));
    return exitCodes.passed;
  } catch (error) {
    if (error instanceof UsageError) {
      err.write(`${error.message}\nconformance --help says how it is used.\n`);
      return exitCodes.usage;
    }
    if (!(error instanceof FixtureError)) throw error;
    if (args.includes("--json")) out.write(jsonReport([], exitCodes.fixture, error.message));
    else err.write(`${error.message}\n`);
    return exitCodes.fixture;
  }
}

async function shown(options: CliOptions, what: NonNullable<CliOptions["show"]>, cwd: string): Promise<string> {
  switch (what) {
    case "help":
      return help;
    case "version":
      return `${version()}\n`;
    case "scenarios":
      return `${JSON.stringify(scenarios, null, 2)}\n`;
    case "list":
      return listed(options, await listedCases(options, cwd));
  }
}

async function listedCases(options: CliOptions, cwd: string): Promise<readonly CaseName[]> {
  if (options.fixture === undefined && options.url === undefined) return [...storeCases, ...bindingCases];
  return (await subjectsOf(options, cwd)).flatMap(({ cases }) => cases);
}

function listed(options: CliOptions, cases: readonly CaseName[]): string {
  const chosen = cases.filter(selection(options, cases));
  if (options.json)
    return `${JSON.stringify(
      chosen.map(({ id, level, title }) => ({ id, level, title })),
      null,
      2,
    )}\n`;
  return chosen.map(({ id, level, title }) => `${id}  ${level.padEnd(6)}  ${title}\n`).join("");
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)("@oncekey/conformance/package.json");
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
