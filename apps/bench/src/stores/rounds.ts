import { type Spread, spread } from "../measure.js";
import { type Contender, expected, forEachKey, newKeys, type Path } from "./contender.js";

/** How long to measure: every round gives each contender one batch of about `batchMs`. */
export interface RoundsEffort {
  readonly warmUpMs: number;
  readonly batchMs: number;
  readonly rounds: number;
  /** How many callers go on calling: each number is measured by itself. */
  readonly callers: readonly number[];
  /** How many keys are replayed, in turns. */
  readonly kept: number;
  /** How many requests are counted. */
  readonly counted: number;
}

export const FULL_ROUNDS: RoundsEffort = {
  warmUpMs: 300,
  batchMs: 120,
  rounds: 16,
  callers: [1, 64],
  kept: 256,
  counted: 10,
};
export const QUICK_ROUNDS: RoundsEffort = {
  warmUpMs: 60,
  batchMs: 30,
  rounds: 5,
  callers: [1, 64],
  kept: 64,
  counted: 10,
};

const MOST_PER_BATCH = 20_000;

/** How one contender did on one path, with so many callers at once. */
export interface Result {
  readonly contender: Contender;
  readonly path: Path;
  readonly atOnce: number;
  readonly perSecond: Spread;
  /** Its speed by its floor's, round by round: what slows the machine for a while slows both. */
  readonly ratio: Spread;
  /** The same by the engine's with the same driver; absent where there is none. */
  readonly byEngine: Spread | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of this process per request, in microseconds. */
  readonly clientMicroseconds: number;
}

interface Batch {
  readonly perSecond: number;
  readonly clientMicroseconds: number;
  readonly latenciesMs: readonly number[];
}

/** Times contenders in turns on one path, the order shifted by one each round. */
export async function timePath(
  contenders: readonly Contender[],
  path: Path,
  atOnce: number,
  effort: RoundsEffort,
): Promise<Result[]> {
  const runners: Runner[] = [];
  for (const contender of contenders) runners.push(await Runner.prepare(contender, path, atOnce, effort));
  for (let round = 0; round < effort.rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) await runners[(round + turn) % runners.length]?.measure();
  }
  return runners.map((runner) => resultOf(runner, runners));
}

/** A contender on one path, and its batches so far. */
export class Runner {
  readonly contender: Contender;
  readonly path: Path;
  readonly atOnce: number;
  readonly batches: Batch[] = [];
  readonly #kept: readonly string[];
  /** How many requests a batch has, see {@link Runner.prepare}. */
  #size = 1;

  private constructor(contender: Contender, path: Path, atOnce: number, kept: readonly string[]) {
    this.contender = contender;
    this.path = path;
    this.atOnce = atOnce;
    this.#kept = kept;
  }

  /** Warms it up and finds how many requests fill a batch. */
  static async prepare(contender: Contender, path: Path, atOnce: number, effort: RoundsEffort): Promise<Runner> {
    const kept = path === "replay" || path === "duplicate" ? newKeys(effort.kept) : [];
    if (path === "replay" || path === "duplicate") await contender.prepare(path, kept);
    const runner = new Runner(contender, path, atOnce, kept);
    const { warmUpMs, batchMs } = effort;
    runner.#size = atOnce;
    for (let elapsedMs = 0; elapsedMs < warmUpMs; ) {
      const { perSecond } = await runner.#batch();
      const spentMs = (runner.#size / perSecond) * 1_000;
      elapsedMs += spentMs;
      const fitting = Math.ceil((runner.#size * batchMs) / spentMs);
      runner.#size = Math.min(MOST_PER_BATCH, Math.max(atOnce, Math.min(fitting, runner.#size * 4)));
    }
    return runner;
  }

  get size(): number {
    return this.#size;
  }

  async measure(): Promise<void> {
    this.batches.push(await this.#batch());
  }

  async #batch(): Promise<Batch> {
    const keys = await this.#keys();
    const latenciesMs: number[] = [];
    const wanted = expected[this.path];
    const processor = process.cpuUsage();
    const start = performance.now();
    await forEachKey(keys, this.atOnce, async (key) => {
      const asked = performance.now();
      const answer = await this.contender.run(key, this.path);
      latenciesMs.push(performance.now() - asked);
      if (answer !== wanted) throw new Error(`${this.contender.name}: ${this.path} was answered with ${answer}.`);
    });
    const elapsedMs = performance.now() - start;
    const { user, system } = process.cpuUsage(processor);
    return {
      perSecond: (keys.length / elapsedMs) * 1_000,
      clientMicroseconds: (user + system) / keys.length,
      latenciesMs,
    };
  }

  async #keys(): Promise<readonly string[]> {
    if (this.#kept.length > 0)
      return Array.from({ length: this.#size }, (_, at) => this.#kept[at % this.#kept.length] ?? "");
    const keys = newKeys(this.#size);
    if (this.path === "takeover") await this.contender.prepare(this.path, keys);
    return keys;
  }
}

function resultOf({ contender, path, atOnce, batches }: Runner, runners: readonly Runner[]): Result {
  const byRole = (role: "floor" | "engine") => {
    const { batches: others } =
      runners.find((other) => other.contender.role === role && other.contender.driver === contender.driver) ?? {};
    if (others === undefined) return undefined;
    return spread(batches.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? 0)));
  };
  const ratio = byRole("floor");
  if (ratio === undefined) throw new Error(`${contender.name} has no floor by ${contender.driver}.`);
  return {
    contender,
    path,
    atOnce,
    perSecond: spread(batches.map(({ perSecond }) => perSecond)),
    ratio,
    byEngine: byRole("engine"),
    ...spreadOfLatencies(batches.flatMap(({ latenciesMs }) => latenciesMs)),
    clientMicroseconds: spread(batches.map(({ clientMicroseconds }) => clientMicroseconds)).median,
  };
}

function spreadOfLatencies(latenciesMs: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
