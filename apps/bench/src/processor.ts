import { readFileSync } from "node:fs";

/** What these processes have had of the processors so far, in microseconds. On Linux only. */
export function processorMicroseconds(pids: readonly number[]): number {
  const nanoseconds = pids.map((pid) => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]));
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e3;
}
