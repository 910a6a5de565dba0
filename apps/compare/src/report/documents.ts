import { readFileSync, writeFileSync } from "node:fs";
import { comparison } from "./comparison.js";
import { setNxFailures, sourceOf } from "./from-set-nx.js";
import { readmeTable } from "./readme.js";
import type { Results } from "./results.js";

/** A file of the repository, and what it should say. */
export interface Document {
  /** From the repository's root. */
  readonly path: string;
  readonly wanted: string;
}

const root = new URL("../../../../", import.meta.url);

/** All documents that tell the results. The comparison is written whole; in the others, parts between markers are. */
export function documents(results: Results): readonly Document[] {
  return [
    { path: "docs/comparison.md", wanted: comparison(results) },
    withParts("docs/from-set-nx.md", {
      "set-nx": sourceOf("candidates/set-nx.ts"),
      failures: setNxFailures(results),
      switching: sourceOf("migration/switching.ts"),
    }),
    withParts("README.md", { comparison: readmeTable(results) }),
  ];
}

export function read(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

export function writeDocuments(results: Results): void {
  for (const { path, wanted } of documents(results)) writeFileSync(new URL(path, root), wanted);
}

function withParts(path: string, parts: Readonly<Record<string, string>>): Document {
  let wanted = read(path);
  for (const [name, text] of Object.entries(parts)) wanted = withPart(path, wanted, name, text);
  return { path, wanted };
}

/** Puts a text between `<!-- name: written by apps/compare -->` and `<!-- /name -->`. */
export function withPart(path: string, document: string, name: string, text: string): string {
  const [opening, closing] = [`<!-- ${name}: written by apps/compare -->`, `<!-- /${name} -->`];
  const from = document.indexOf(opening);
  const to = document.indexOf(closing);
  if (from < 0 || to < from) throw new Error(`${path}: ${opening} … ${closing} is missing; put both back`);
  return `${document.slice(0, from + opening.length)}\n\n${text}\n\n${document.slice(to)}`;
}
