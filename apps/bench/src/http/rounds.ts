import { type Spread, spread } from "../measure.js";
import { newKeys } from "../stores/contender.js";
import { type Contender, type Framework, type Path, titles } from "./contender.js";
import type { Launch, Target } from "./target.js";

/** How long to measure: every round gives each contender one batch of about `batchMs` on each of its paths. */
export interface HttpEffort {
  /** How many requests come before, on each path: code that is not compiled yet takes many times as long. */
  readonly warmUp: number;
  readonly batchMs: number;
  readonly rounds: number;
  /** How many keys are replayed, in turns. */
  readonly kept: number;
  /** Of how many requests a batch is made at least. */
  readonly least: number;
}

export const FULL_HTTP: HttpEffort = { warmUp: 6_000, batchMs: 220, rounds: 20, kept: 256, least: 64 };
export const QUICK_HTTP: HttpEffort = { warmUp: 2_500, batchMs: 100, rounds: 6, kept: 64, least: 64 };

const MOST_PER_BATCH = 20_000;
/** An answer may go out before it is stored. */
const TRIES = 50;

/** How one contender did on one path. The ratios are taken round by round: what slows the machine for a while slows all. */
export interface HttpResult {
  readonly contender: Contender;
  readonly path: Path;
  readonly perSecond: Spread;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the server's process per request, in microseconds. */
  readonly cpuMicroseconds: Spread;
  /** Speed by that of the floor on the same path; undefined for the unprotected route. */
  readonly byFloor: Spread | undefined;
  readonly cpuByFloor: Spread | undefined;
  readonly byUnprotected: Spread;
  /** Of other libraries: speed by ours over the same driver. */
  readonly byOncekey: Spread | undefined;
}

interface Batch {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  readonly latenciesMs: readonly number[];
}

/** Times the contenders of a framework in turns, the order shifted by one each round. */
export async function timeFramework(framework: Framework, effort: HttpEffort, launch: Launch): Promise<HttpResult[]> {
  const targets: Target[] = [];
  const lanes: Lane[] = [];
  try {
    for (const contender of framework.contenders) {
      const target = await launch(framework, contender);
      targets.push(target);
      const paths: readonly Path[] = contender.role === "unprotected" ? ["unprotected"] : ["first", "replay"];
      for (const path of paths) lanes.push(await Lane.prepare(contender, path, target, effort));
    }
    for (let round = 0; round < effort.rounds; round++) {
      for (let turn = 0; turn < lanes.length; turn++) await lanes[(round + turn) % lanes.length]?.measure();
    }
  } finally {
    for (const target of targets) await target.close();
  }
  return lanes.map((lane) => resultOf(lane, lanes));
}

/** A contender on one path, and its batches so far. */
class Lane {
  readonly contender: Contender;
  readonly path: Path;
  readonly batches: Batch[] = [];
  readonly #target: Target;
  readonly #kept: readonly string[];
  #size: number;

  private constructor(contender: Contender, path: Path, target: Target, kept: readonly string[], least: number) {
    this.contender = contender;
    this.path = path;
    this.#target = target;
    this.#kept = kept;
    this.#size = least;
  }

  /** Warms it up and finds how many requests fill a batch. */
  static async prepare(contender: Contender, path: Path, target: Target, effort: HttpEffort): Promise<Lane> {
    const kept = path === "replay" ? newKeys(effort.kept) : [];
    if (kept.length > 0) await keep(target, kept);
    const lane = new Lane(contender, path, target, kept, effort.least);
    for (let asked = 0; asked < effort.warmUp; ) {
      const { perSecond } = await lane.#batch();
      const spentMs = (lane.#size / perSecond) * 1_000;
      asked += lane.#size;
      const fitting = Math.ceil((lane.#size * effort.batchMs) / spentMs);
      lane.#size = Math.min(MOST_PER_BATCH, Math.max(effort.least, Math.min(fitting, lane.#size * 4)));
    }
    return lane;
  }

  async measure(): Promise<void> {
    this.batches.push(await this.#batch());
  }

  async #batch(): Promise<Batch> {
    const size = this.#size;
    const keys =
      this.#kept.length === 0
        ? newKeys(size)
        : Array.from({ length: size }, (_, at) => this.#kept[at % this.#kept.length] ?? "");
    const { elapsedMs, latenciesMs, ran, cpuMicroseconds } = await this.#target.ask(keys);
    const wanted = this.path === "replay" ? 0 : size;
    if (ran !== wanted) {
      throw new Error(`${this.contender.name}: ${size} × ${titles[this.path]} ran the operation ${ran} times.`);
    }
    return { perSecond: (size / elapsedMs) * 1_000, cpuMicroseconds: cpuMicroseconds / size, latenciesMs };
  }
}

/** Brings keys to where they are replayed. */
async function keep(target: Target, keys: readonly string[]): Promise<void> {
  await target.ask(keys);
  for (let tries = TRIES; ; tries--) {
    const replays = await target.ask(keys).catch((error: unknown) => {
      if (tries === 0) throw error;
    });
    if (replays?.ran === 0) return;
    if (tries === 0) throw new Error("Keys are not kept.");
  }
}

function resultOf({ contender, path, batches }: Lane, lanes: readonly Lane[]): HttpResult {
  const by = (of: (batch: Batch) => number, role: Contender["role"]) => {
    const other = lanes.find((lane) => lane.contender.role === role && (role === "unprotected" || lane.path === path));
    const others = other?.batches;
    if (others === undefined) return undefined;
    return spread(batches.map((batch, round) => of(batch) / of(others[round] ?? batch)));
  };
  const speed = ({ perSecond }: Batch) => perSecond;
  const cpu = ({ cpuMicroseconds }: Batch) => cpuMicroseconds;
  const byUnprotected = by(speed, "unprotected");
  if (byUnprotected === undefined) throw new Error("There is no unprotected route.");
  const latencies = Float64Array.from(batches.flatMap(({ latenciesMs }) => latenciesMs)).sort();
  const at = (share: number) => latencies[Math.round((latencies.length - 1) * share)] ?? Number.NaN;
  return {
    contender,
    path,
    perSecond: spread(batches.map(speed)),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuMicroseconds: spread(batches.map(cpu)),
    byFloor: by(speed, "floor"),
    cpuByFloor: by(cpu, "floor"),
    byUnprotected,
    byOncekey: contender.role === "peer" ? by(speed, "twin") : undefined,
  };
}
