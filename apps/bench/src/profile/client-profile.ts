import { readFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";
import { fileURLToPath } from "node:url";
import { builtIns, files, partOf, REST, UNCOUNTED } from "./parts.js";

/** Microseconds that each part has had. */
export type Times = Map<string, number>;

const INTERVAL_MICROSECONDS = 100;

/**
 * The profiler of this process. Its samples say what the thread of JavaScript does, part by part; what all threads had of the
 * processors is shared out by them, so that waiting for a processor counts nowhere.
 */
export class ClientProfile {
  readonly #session = new Session();

  async open(): Promise<void> {
    this.#session.connect();
    await this.#session.post("Profiler.enable");
    await this.#session.post("Profiler.setSamplingInterval", { interval: INTERVAL_MICROSECONDS });
  }

  /** What this work spends, part by part. */
  async during(work: () => Promise<unknown>): Promise<Times> {
    await this.#session.post("Profiler.start");
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    const { profile } = await this.#session.post("Profiler.stop");
    return scaled(timesOf(profile), user + system);
  }

  close(): void {
    this.#session.disconnect();
  }
}

function scaled(times: Times, total: number): Times {
  const sampled = [...times.values()].reduce((sum, time) => sum + time, 0);
  // So little was done that no sample fell into it.
  if (sampled === 0) return new Map([[REST, total]]);
  return new Map([...times].map(([part, time]) => [part, (time / sampled) * total]));
}

function timesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Times {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parts = new Map<number, string>();
  const partOfNode = (id: number): string => {
    const known = parts.get(id);
    if (known !== undefined) return known;
    const { functionName = "", url = "", lineNumber = 0 } = frames.get(id) ?? {};
    const own = url === "" ? partOf(builtIns, functionName) : partOf(files, fileOf(url, lineNumber));
    const parent = parents.get(id);
    // What is built in (hashing, maps, JSON) counts for who calls it.
    const part = own ?? (parent === undefined ? REST : partOfNode(parent));
    parts.set(id, part);
    return part;
  };
  const times: Times = new Map();
  samples.forEach((id, index) => {
    const part = partOfNode(id);
    if (!UNCOUNTED.has(part)) times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return times;
}

/** For each line of a bundle, the source that it comes from: bundlers leave a comment before each. */
const bundles = new Map<string, readonly string[]>();

function fileOf(url: string, line: number): string {
  if (!url.startsWith("file:") || url.includes("/node_modules/")) return url;
  let sources = bundles.get(url);
  if (sources === undefined) {
    let current = url;
    sources = readFileSync(fileURLToPath(url), "utf8")
      .split("\n")
      .map((text) => {
        current = /^\/\/ (\S+\.[cm]?[jt]s)$/.exec(text)?.[1] ?? current;
        return current;
      });
    bundles.set(url, sources);
  }
  return sources[line] ?? url;
}
