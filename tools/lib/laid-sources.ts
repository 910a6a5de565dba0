import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Installation } from "./install.js";
import { repositoryRoot } from "./workspace.js";

/*
 * Tests of the workspace, laid into an installation of the tarballs. They stand where they stand here, so that they find
 * each other; in the place of the sources that they test stands what was installed.
 */

/** Copies files and folders of the repository to the same paths of an installation. */
export function layCopies(folder: string, paths: readonly string[]): void {
  for (const path of paths) cpSync(join(repositoryRoot, path), join(folder, path), { recursive: true });
}

/** The same for TypeScript as plain JavaScript, for runtimes that know nothing else. */
export function layAsJavaScript({ write }: Installation, paths: readonly string[]): void {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  for (const path of paths.flatMap(filesAt)) {
    const text = readFileSync(join(repositoryRoot, path), "utf8");
    write(path.replace(/\.ts$/, ".js"), ts.transpileModule(text, { compilerOptions }).outputText);
  }
}

/** Puts the installed package in the place of the sources of a package of the workspace. */
export function layStandIn({ write }: Installation, folder: string, name: string, extension: "js" | "ts" = "js"): void {
  write(`${folder}/src/index.${extension}`, `export * from "${name}";\n`);
}

function filesAt(path: string): string[] {
  if (!statSync(join(repositoryRoot, path)).isDirectory()) return [path];
  return readdirSync(join(repositoryRoot, path)).map((name) => `${path}/${name}`);
}
