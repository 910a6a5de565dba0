import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of code in the documentation, or in an `@example` of the sources. */
export interface Snippet {
  /** File and line, for messages. */
  readonly where: string;
  readonly code: string;
  readonly extension: "ts" | "mjs" | "cjs";
  readonly run: boolean;
  /** It runs until it prints this; without it, until it ends. */
  readonly until?: string;
}

/** What was found in one file. A block that is not checked has to say why: ```ts ignore: because … */
export interface Extracted {
  readonly snippets: Snippet[];
  readonly problems: string[];
}

const FENCE = /^([ \t]*)```+(ts|typescript|js|javascript|mjs|cjs)\b[ \t]*(.*)\n([\s\S]*?)^\1```/gm;
const INFO =
  /^(?:(?<run>run)(?: until (?<until>\S.*))?|(?<continues>continues)(?<runsOn> run)?|ignore: (?<reason>\S.*))?$/;

/**
 * The blocks of one Markdown text. What may follow ```ts:
 * - nothing: it is type-checked as a file of its own,
 * - `run`: it is also run, and has to end well by itself,
 * - `run until <text>`: it is run until it prints that, then ended,
 * - `continues`: it goes on where the block before it stopped (`continues run`: and the whole is run),
 * - `ignore: <reason>`.
 */
export function snippetsIn(file: string, text: string): Extracted {
  const snippets: Snippet[] = [];
  const problems: string[] = [];
  for (const match of text.matchAll(FENCE)) {
    const [, indent = "", language = "", info = "", body = ""] = match;
    const where = `${file}:${text.slice(0, match.index).split("\n").length}`;
    const words = INFO.exec(info.trim())?.groups;
    if (words === undefined) {
      problems.push(`${where}: "${info}" is not one of: run, run until <text>, continues, ignore: <reason>`);
      continue;
    }
    if (words["reason"] !== undefined) continue;
    const code = body.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    const previous = words["continues"] === undefined ? undefined : snippets.pop();
    if (words["continues"] !== undefined && previous === undefined)
      problems.push(`${where}: there is no block to continue`);
    const until = words["until"] ?? previous?.until;
    snippets.push({
      where: previous?.where ?? where,
      code: (previous?.code ?? "") + code,
      extension: previous?.extension ?? extensionOf(language, code),
      run: (words["run"] ?? words["runsOn"]) !== undefined || (previous?.run ?? false),
      ...(until !== undefined && { until }),
    });
  }
  return { snippets, problems };
}

function extensionOf(language: string, code: string): Snippet["extension"] {
  if (language.startsWith("t")) return "ts";
  if (language === "cjs" || /\brequire\(/.test(code)) return "cjs";
  return "mjs";
}

/** The blocks in the doc comments of a source file. */
export function examplesIn(file: string, text: string): Extracted {
  const comments = text.replaceAll(/\/\*\*[\s\S]*?\*\/|[^\n]/g, (piece) =>
    piece.startsWith("/**") ? unstar(piece) : "",
  );
  return snippetsIn(file, comments);
}

function unstar(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\* ?)/, ""))
    .join("\n");
}

/** Everything that documents: Markdown outside dependencies, and the doc comments of published sources. */
export function allSnippets(root: string): Extracted {
  const found = files(root, "").map((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return file.endsWith(".md") ? snippetsIn(file, text) : examplesIn(file, text);
  });
  return { snippets: found.flatMap(({ snippets }) => snippets), problems: found.flatMap(({ problems }) => problems) };
}

const LEFT_OUT = new Set(["node_modules", "dist", ".git", ".turbo", ".snippets", "templates"]);

function files(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : files(root, path);
    const documents =
      entry.name.endsWith(".md") || (/^packages\/.*\/src\//.test(path) && /(?<!test|test-d)\.ts$/.test(path));
    return documents ? [path] : [];
  });
}
