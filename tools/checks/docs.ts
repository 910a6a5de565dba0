// Code in the documentation compiles against the packages as built, and runs where it says so.   tsx tools/checks/docs.ts
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort } from "@oncekey/services";
import ts from "typescript";
import { type Finding, report } from "../lib/report.js";
import { repositoryRoot } from "../lib/workspace.js";
import { allSnippets, type Snippet } from "./snippets.js";

const FOLDER = join(repositoryRoot, "tools/docs/.snippets");
const RUN_WITHIN_MS = 30_000;

/**
 * As strict as the code itself, except that an example may leave a name unused, and plain JavaScript needs no types.
 * Decorators are those of NestJS; tools/docs/tsconfig.json says so to what runs the examples.
 */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUncheckedSideEffectImports: true,
  experimentalDecorators: true,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  noEmit: true,
};

interface Written extends Snippet {
  readonly path: string;
}

/** One finding per snippet. */
export async function checkSnippets(snippets: readonly Snippet[], parent: string = FOLDER): Promise<Finding[]> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "run-"));
  try {
    const written = snippets.map((snippet, index) => {
      const path = join(folder, `snippet-${index}.${snippet.extension === "ts" ? "mts" : snippet.extension}`);
      writeFileSync(path, snippet.code);
      return { ...snippet, path };
    });
    const errors = typeErrors(written);
    const findings: Finding[] = [];
    for (const snippet of written) findings.push(await judge(snippet, errors.get(snippet.path) ?? []));
    return findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function judge(snippet: Written, errors: string[]): Promise<Finding> {
  const problems = errors.length === 0 && snippet.run ? await execute(snippet) : errors;
  return { subject: snippet.where, problems };
}

function typeErrors(written: readonly Written[]): Map<string, string[]> {
  const program = ts.createProgram(
    written.map(({ path }) => path),
    OPTIONS,
  );
  const errors = new Map<string, string[]>();
  for (const { file, start, messageText } of ts.getPreEmitDiagnostics(program)) {
    const path = file?.fileName ?? "";
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    const message = `line ${line} of the block: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    errors.set(path, [...(errors.get(path) ?? []), message]);
  }
  return errors;
}

async function execute({ path, until }: Written): Promise<string[]> {
  const child = spawn(process.execPath, ["--import", "tsx", path], {
    cwd: join(repositoryRoot, "tools/docs"),
    env: { ...process.env, PORT: String(await freePort()) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let saidIt = false;
  const listen = (chunk: Buffer) => {
    output += chunk.toString();
    if (until === undefined || !output.includes(until)) return;
    saidIt = true;
    child.kill("SIGKILL");
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  const limit = setTimeout(() => child.kill("SIGKILL"), RUN_WITHIN_MS);
  const status = await new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal)));
  clearTimeout(limit);
  if (saidIt || (until === undefined && status === 0)) return [];
  const wanted = until === undefined ? "with 0" : `after it had printed "${until}"`;
  return [`it should have ended ${wanted}, and ended with ${String(status)}:\n${output}`];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { snippets, problems } = allSnippets(repositoryRoot);
  const badlyMarked = problems.map((problem) => ({
    subject: relative(repositoryRoot, problem),
    problems: ["see tools/checks/snippets.ts"],
  }));
  report([...badlyMarked, ...(await checkSnippets(snippets))]);
}
