import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { processorMicroseconds } from "../processor.js";
import type { Times } from "./client-profile.js";
import { type Parts, partOf, REST } from "./parts.js";

const SAMPLES_PER_SECOND = "4000";

/** Whether Linux's `perf` is here and may look at other processes of this user. */
export function perfWorks(pids: readonly number[]): boolean {
  return (
    spawnSync("perf", ["record", "-q", "-o", "/dev/null", "-e", "cpu-clock", "-p", pids.join(), "--", "true"])
      .status === 0
  );
}

/** What these processes spend while this work is done, part by part, by samples of their processor time (`perf`). */
export async function serverTimes(pids: readonly number[], parts: Parts, work: () => Promise<unknown>): Promise<Times> {
  const folder = mkdtempSync(join(tmpdir(), "oncekey-perf-"));
  const data = join(folder, "perf.data");
  let perf: ChildProcess | undefined;
  try {
    const args = ["record", "-q", "-e", "cpu-clock", "-F", SAMPLES_PER_SECOND, "-o", data, "-p", pids.join()];
    // It attaches, says so, and begins when it is told to.
    const control = ["-D", "-1", "--control", "fd:3,4"];
    perf = spawn("perf", [...args, ...control], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    const ended = once(perf, "exit");
    const [, , , orders, answers] = perf.stdio;
    if (!(orders instanceof Writable && answers instanceof Readable)) throw new Error("perf has no pipes.");
    const tell = async (order: string) => {
      orders.write(`${order}\n`);
      await Promise.race([once(answers, "data"), ended.then(() => Promise.reject(new Error("perf has ended.")))]);
    };
    await tell("enable");
    const before = processorMicroseconds(pids);
    await work();
    const spent = processorMicroseconds(pids) - before;
    await tell("disable");
    perf.kill("SIGINT");
    await ended;
    const { stdout } = spawnSync(
      "perf",
      ["report", "-i", data, "--stdio", "--no-children", "-F", "overhead,sym", "--percent-limit", "0"],
      {
        encoding: "utf8",
        maxBuffer: 1 << 26,
      },
    );
    return sumOf(stdout, parts, spent);
  } finally {
    perf?.kill();
    rmSync(folder, { recursive: true });
  }
}

/** `    11.02%  [.] dictFind`, and so on. */
const LINE = /^\s*([\d.]+)%\s+(\[.\] .*\S)\s*$/;

function sumOf(report: string, parts: Parts, spent: number): Times {
  const times: Times = new Map();
  for (const line of report.split("\n")) {
    const [, percent, symbol = ""] = LINE.exec(line) ?? [];
    if (percent === undefined) continue;
    const part = partOf(parts, symbol) ?? REST;
    times.set(part, (times.get(part) ?? 0) + (Number(percent) / 100) * spent);
  }
  return times;
}
