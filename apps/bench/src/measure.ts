import type { BenchCase, BenchGroup } from "./suite.js";

/** How long to measure: every round gives each case one batch of about `batchMs`. */
export interface Effort {
  readonly warmUpMs: number;
  readonly batchMs: number;
  readonly rounds: number;
}

/** A short batch seldom loses the processor half-way, so that a busy machine spoils some batches and not all. */
export const FULL: Effort = { warmUpMs: 500, batchMs: 4, rounds: 300 };
export const QUICK: Effort = { warmUpMs: 150, batchMs: 2, rounds: 60 };

/** The least and the middle of many measurements, and where the middle half of them lies. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Measured {
  readonly name: string;
  readonly nanoseconds: Spread;
  /** Of all threads of this process, so its garbage too; what others do meanwhile does not count. */
  readonly processorNanoseconds: Spread;
  /** Its time by the baseline's, round by round: what slows the machine for a while slows both. */
  readonly ratio: Spread;
  /** Its fastest batch by the baseline's: what is left when nobody else was at work. */
  readonly leastRatio: number;
}

interface Batch {
  readonly name: string;
  readonly size: number;
  readonly once: (times: number) => Promise<number>;
}

/**
 * Times the cases of a group in turns, the order shifted by one each round, so that no case always follows the same
 * neighbour and slow changes of the machine's speed fall on all of them.
 */
export async function measure(group: BenchGroup, effort: Effort): Promise<readonly Measured[]> {
  const batches: Batch[] = [];
  const warmUpMs = effort.warmUpMs * (group.warmUpTimes ?? 1);
  for (const benchCase of group.cases) batches.push(await prepare(benchCase, { ...effort, warmUpMs }));
  const times = batches.map((): number[] => []);
  const processor = batches.map((): number[] => []);
  for (let round = 0; round < effort.rounds; round++) {
    for (let turn = 0; turn < batches.length; turn++) {
      const index = (round + turn) % batches.length;
      const batch = batches[index];
      if (batch === undefined) continue;
      const before = process.cpuUsage();
      times[index]?.push((await batch.once(batch.size)) / batch.size);
      const { user, system } = process.cpuUsage(before);
      processor[index]?.push(((user + system) * 1e3) / batch.size);
    }
  }
  const [baseline = []] = times;
  return batches.map(({ name }, index) => {
    const own = times[index] ?? [];
    const nanoseconds = spread(own);
    const ratio = spread(own.map((time, round) => time / (baseline[round] ?? 0)));
    const processorNanoseconds = spread(processor[index] ?? []);
    return { name, nanoseconds, processorNanoseconds, ratio, leastRatio: nanoseconds.least / spread(baseline).least };
  });
}

/** Warms a case up and finds how many operations fill a batch. */
async function prepare({ name, run }: BenchCase, { warmUpMs, batchMs }: Effort): Promise<Batch> {
  const asynchronous = isPromise(run());
  const once = asynchronous ? (times: number) => timeAsync(run, times) : async (times: number) => timeSync(run, times);
  let size = 1;
  let spent = 0;
  // Of the fastest batch, so that cases which cost the same get the same size: a longer batch meets more of what interrupts.
  let least = Number.POSITIVE_INFINITY;
  for (let elapsed = 0; elapsed < warmUpMs * 1e6; elapsed += spent) {
    spent = await once(size);
    least = Math.min(least, spent / size);
    if (spent < batchMs * 1e6) size = Math.ceil(size * Math.min(2, Math.max(1.05, (batchMs * 1e6) / spent)));
  }
  return { name, size: Math.max(1, Math.round((batchMs * 1e6) / least)), once };
}

function isPromise(value: unknown): boolean {
  return value instanceof Promise;
}

/** Where results go, so that no engine may leave out work whose result nobody looks at. */
const sink: { last: unknown } = { last: undefined };

function timeSync(run: () => unknown, times: number): number {
  const start = process.hrtime.bigint();
  for (let count = 0; count < times; count++) sink.last = run();
  return Number(process.hrtime.bigint() - start);
}

async function timeAsync(run: () => unknown, times: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let count = 0; count < times; count++) sink.last = await run();
  return Number(process.hrtime.bigint() - start);
}

/** The least, the middle and the middle half of them. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { least: at(0), median: at(0.5), low: at(0.25), high: at(0.75) };
}
