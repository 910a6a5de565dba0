import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { KnownFailures } from "../case.js";
import { isObject } from "../flaw.js";
import { asError } from "../run.js";
import type { CaseName } from "../run-suite.js";
import { UsageError } from "./usage.js";

/** Reads the file of `--known-failures`; each of its ids has to be one of these cases. */
export function readKnownFailures(path: string, cwd: string, cases: readonly CaseName[]): KnownFailures {
  const content = parsed(path, cwd);
  const rule = 'it has to be an object such as { "SIZ-06": "see ticket 12" }';
  if (!isObject(content) || Array.isArray(content)) throw new UsageError(`--known-failures ${path}: ${rule}`);
  const known: Record<string, string> = {};
  for (const [id, reason] of Object.entries(content)) {
    if (typeof reason !== "string" || reason === "") throw new UsageError(`--known-failures ${path}: ${id}: ${rule}`);
    if (!cases.some((each) => each.id === id)) {
      throw new UsageError(`--known-failures ${path}: no case has the id ${JSON.stringify(id)}; take it out`);
    }
    known[id] = reason;
  }
  return known;
}

function parsed(path: string, cwd: string): unknown {
  try {
    return JSON.parse(readFileSync(resolve(cwd, path), "utf8"));
  } catch (error) {
    throw new UsageError(`--known-failures ${path} cannot be read: ${asError(error).message}`, { cause: error });
  }
}
