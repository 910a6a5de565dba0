import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FixtureError } from "../fixture-error.js";
import { isObject } from "../flaw.js";
import { asError } from "../run.js";
import { type Subject, subjectOf } from "./subject.js";
import { UsageError } from "./usage.js";

/** Loads the module of a fixture, and answers what there is to check. */
export async function loadSubjects(path: string, cwd: string): Promise<readonly Subject[]> {
  const file = resolve(cwd, path);
  if (!existsSync(file)) throw new UsageError(`${path}: there is no such file in ${cwd}`);
  const exported = defaultOf(await load(file, path));
  if (exported === undefined) throw new FixtureError(`${path} has no default export; it has to be a fixture`);
  const given = await made(exported, path);
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw new FixtureError(`${path} exports an empty list; there is nothing to check`);
  const subjects: Subject[] = [];
  for (const [index, each] of list.entries()) {
    const where = Array.isArray(given) ? `entry ${index} of the list that ${path} exports` : `what ${path} exports`;
    subjects.push(subjectOf(await made(each, path), where));
  }
  return subjects;
}

async function load(file: string, path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new FixtureError(`${path} cannot be loaded: ${asError(error).message}${hint(error)}`, { cause: error });
  }
}

function hint(error: unknown): string {
  if (!isObject(error) || error["code"] !== "ERR_UNKNOWN_FILE_EXTENSION") return "";
  return `\nNode ${process.versions.node} does not load TypeScript. Node 22.18 and later do; with tsx installed, this one does too:\n  NODE_OPTIONS="--import tsx" npx @oncekey/conformance …`;
}

/** The default export, also where CommonJS was wrapped once more on its way. */
function defaultOf(module: unknown): unknown {
  if (!isObject(module)) return undefined;
  const outer = module["default"];
  return isObject(outer) && outer["__esModule"] === true ? outer["default"] : outer;
}

async function made(value: unknown, path: string): Promise<unknown> {
  if (typeof value !== "function") return value;
  try {
    return await value();
  } catch (error) {
    throw new FixtureError(`the function that ${path} exports failed: ${asError(error).message}`, { cause: error });
  }
}
