import { openSync, readFileSync, writeSync } from "node:fs";
import type { RaceEntry } from "./history.js";

/**
 * Keeps entries in a file, one a line. Each is with the operating system when this returns: what a process holds back, or
 * sends to its parent, is lost when it is killed, and a call that was made would be missing from the history.
 */
export function logTo(path: string): (entry: RaceEntry) => void {
  const file = openSync(path, "a");
  return (entry) => void writeSync(file, `${JSON.stringify(entry)}\n`);
}

/** Reads them back. A last line that was cut off had not been kept: what it was about to tell had not begun. */
export function readLog(path: string): readonly RaceEntry[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line): RaceEntry => JSON.parse(line));
}
