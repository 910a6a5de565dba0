// Every clause of spec/*.md has a conformance case and every case a clause.   tsx --conditions=@oncekey/source tools/checks/spec.ts
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bindingCases, storeCases } from "@oncekey/conformance";
import { type Finding, report } from "../lib/report.js";
import { repositoryRoot } from "../lib/workspace.js";

export interface Clause {
  readonly id: string;
  readonly level: string;
  /** Where it stands: a file and line, or the list of cases. */
  readonly where: string;
}

/** Clauses of one document: `- **CRE-01** (must) text`. */
export function clausesIn(file: string, text: string): Clause[] {
  return text.split("\n").flatMap((line, index) => {
    const [, id, level] = /\*\*([A-Z]{3}-\d{2})\*\*(?: \((\w+)\))?/.exec(line) ?? [];
    return id === undefined ? [] : [{ id, level: level ?? "no level", where: `${file}:${index + 1}` }];
  });
}

/** One finding per id: it stands once in the text and once among the cases, at the same level. */
export function compare(clauses: readonly Clause[], cases: readonly Clause[]): Finding[] {
  const ids = [...new Set([...clauses, ...cases].map(({ id }) => id))].sort();
  return ids.map((id) => {
    const written = clauses.filter((clause) => clause.id === id);
    const tested = cases.filter((item) => item.id === id);
    return { subject: id, problems: problemsOf(written, tested) };
  });
}

function problemsOf(written: readonly Clause[], tested: readonly Clause[]): string[] {
  const [clause, ...furtherClauses] = written;
  const [item, ...furtherCases] = tested;
  if (clause === undefined) return [`a case in ${item?.where} has this id, no clause in spec/ does`];
  if (item === undefined) return [`${clause.where} has no conformance case`];
  return [
    ...furtherClauses.map(({ where }) => `${where} defines it again, after ${clause.where}`),
    ...furtherCases.map(({ where }) => `a second case in ${where} has this id`),
    ...(clause.level === item.level ? [] : [`${clause.where} says "${clause.level}", the case says "${item.level}"`]),
  ];
}

function specification(root: string): Clause[] {
  const files = readdirSync(join(root, "spec")).filter((name) => name.endsWith(".md"));
  return files.flatMap((name) => clausesIn(`spec/${name}`, readFileSync(join(root, "spec", name), "utf8")));
}

function suite(): Clause[] {
  return Object.entries({ storeCases, bindingCases }).flatMap(([where, cases]) => {
    return cases.map(({ id, level }) => ({ id, level, where }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  report(compare(specification(repositoryRoot), suite()));
}
