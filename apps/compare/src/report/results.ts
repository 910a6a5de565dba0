import { readFileSync, writeFileSync } from "node:fs";
import type { Outcome } from "../run/outcome.js";

/** What was measured: the whole of a run of the command. */
export interface Results {
  /** The day, as `2026-01-31`. */
  readonly date: string;
  readonly node: string;
  readonly cores: number;
  readonly candidates: readonly CandidateResult[];
}

/** What became of every case with one candidate, and what the candidate was. */
export interface CandidateResult {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Versions of its packages by name, the library's own first. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: Readonly<Record<string, Outcome>>;
}

const file = new URL("../../results.json", import.meta.url);

export function readResults(): Results {
  return JSON.parse(readFileSync(file, "utf8"));
}

export function writeResults(results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
