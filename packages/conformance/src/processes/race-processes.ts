import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type HistoryEntry, recording } from "../history/recording.js";
import type { StoreFixture } from "../store/fixture.js";
import { freshId } from "../store/samples.js";
import { sleep } from "./attempts.js";
import { historyOf, keyId, type RaceCounts } from "./history.js";
import { judge, noRace, type RaceReport, type RaceRules, together } from "./judge.js";
import { readLog } from "./log.js";
import { loadFixture, machineMs, strangersKey } from "./messages.js";
import { Racer } from "./racer.js";

/** Options of {@link raceProcesses}. */
export interface RaceOptions {
  /**
   * The module of the fixture: its default export or its export `fixture` is a `StoreFixture`, or a function that returns
   * one. A path or a file URL. Every process loads it, so it must lead all of them to the same storage. Its client must
   * not repeat calls by itself.
   */
  readonly fixture: string | URL;
  /** What that function is called with, in every process; it travels as JSON. */
  readonly argument?: unknown;
  /** Default 3. */
  readonly processes?: number;
  /** Clients of each process. Default 4. */
  readonly lanes?: number;
  /** How long they race. Default 3,000; up to ten times as long until there were enough operations. */
  readonly durationMs?: number;
  /** How many calls of the store must have been answered, or the run is void. Default 20,000. */
  readonly operations?: number;
  /** How many processes are killed on the way, and replaced. Default 1. */
  readonly kills?: number;
  /** Node's options for the processes, such as a loader for TypeScript. Default: those of this process. */
  readonly execArgv?: readonly string[];
  /** Where the line of counts goes. Default: standard output. */
  readonly print?: (line: string) => void;
}

/** So much longer than asked may a race last on a slow machine, and so often is one run that would be void. */
const PATIENCE = 10;
const ROUNDS = 3;

/**
 * Lets several processes race over one storage, and judges what they saw. Some callers use it as the engine does: they
 * claim, crash, dawdle past their lease, take over, release, complete, and lose replies. Others do whatever the store
 * contract allows. Meanwhile processes are stopped for longer than a lease (SIGSTOP), and killed (SIGKILL).
 *
 * Every call is in a history that must be linearizable by the store contract; what attempts made of them is in another
 * one, by the promise of a key: one holder, one answer. Throws with a trace where one of them is not, and where a run is
 * void because it had no conflict, no take-over, no lost reply, or too few operations. Prints how many it had.
 */
export async function raceProcesses(options: RaceOptions): Promise<RaceReport> {
  const address = addressOf(options.fixture);
  const fixture = await loadFixture(address, options.argument);
  const { name, capabilities } = fixture;
  if (!capabilities.concurrent) {
    throw new TypeError(`${name}: its capabilities say that calls do not race; there is no race to run`);
  }
  const { processes = 3, lanes = 4, operations = 20_000, print = printLine } = options;
  const { resolutionMs, skewMarginMs } = capabilities;
  // A lease is long enough for a reply and short enough to lapse often; a key is visited for several of them.
  const rules = { capabilities, operations, leaseMs: Math.max(30, 10 * resolutionMs) + 2 * skewMarginMs };
  let report = noRace(rules);
  for (let round = 1; round <= ROUNDS && report.violations.length === 0 && report.voids.length > 0; round++) {
    // A further round makes up for what the earlier ones lacked, and need not be as long as they were.
    const missing = Math.max(0, operations - report.counts.operations);
    report = together(report, await raceOnce(fixture, address, { ...rules, operations: missing }, options), rules);
  }
  print(`${name}: ${processes} processes × ${lanes} clients, ${describe(report)}`);
  return checked(name, report);
}

async function raceOnce(
  fixture: StoreFixture,
  address: string,
  rules: RaceRules,
  { argument, processes = 3, lanes = 4, durationMs = 3_000, kills = 1, execArgv = process.execArgv }: RaceOptions,
): Promise<RaceReport> {
  const windowMs = 4 * rules.leaseMs;
  const run = freshId();
  const folder = await mkdtemp(join(tmpdir(), "oncekey-race-"));
  const orders = { fixture: address, argument, run, lanes, leaseMs: rules.leaseMs, windowMs };
  // Those that replace the killed ones are started with the others: starting takes longer than a key lasts.
  const racers = Array.from({ length: processes + kills }, (_, worker) => {
    return new Racer({ ...orders, worker, log: join(folder, `${worker}.jsonl`) }, execArgv);
  });
  try {
    const { lastedMs, ...done } = await raced(racers, processes, durationMs, rules);
    const ends = await readEnds(fixture, run, Math.ceil(lastedMs / windowMs) + 1);
    return judge(historyOf([...racers.flatMap(({ log }) => readLog(log)), ...ends], done), rules);
  } finally {
    for (const racer of racers) racer.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Raced extends Pick<RaceCounts, "kills" | "pauses"> {
  readonly lastedMs: number;
}

/** Waits until all are ready, lets them go together, disturbs them, and stops them when they have done enough. */
async function raced(
  racers: readonly Racer[],
  processes: number,
  durationMs: number,
  { leaseMs, operations }: RaceRules,
): Promise<Raced> {
  await Promise.all(racers.map((racer) => racer.heard("ready")));
  const startMs = machineMs() + 50;
  const running = racers.slice(0, processes);
  const spare = racers.slice(processes);
  for (const racer of running) racer.tell({ kind: "start", startMs });
  const everyMs = durationMs / (spare.length + 1);
  const enough = () => racers.reduce((sum, racer) => sum + racer.operations, 0) >= operations;
  let [kills, pauses, lastedMs] = [0, 0, 0];
  while (lastedMs < durationMs || (lastedMs < PATIENCE * durationMs && !enough())) {
    await sleep(2 * leaseMs);
    await running[Math.floor(Math.random() * running.length)]?.pause(leaseMs * (1 + Math.random()));
    pauses += 1;
    lastedMs = machineMs() - startMs;
    const next = lastedMs > (kills + 1) * everyMs ? spare.shift() : undefined;
    if (next !== undefined) {
      running.shift()?.kill();
      kills += 1;
      next.tell({ kind: "start", startMs });
      running.push(next);
    }
  }
  for (const racer of running) racer.tell({ kind: "stop" });
  await Promise.all(running.map((racer) => racer.heard("done")));
  return { kills, pauses, lastedMs: machineMs() - startMs };
}

/** Reads what stands under every key when all is over: one more client whose answers must fit. */
async function readEnds(fixture: StoreFixture, run: string, keys: number): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  const handle = await fixture.open();
  try {
    const keep = (entry: HistoryEntry) => void entries.push(entry);
    const store = recording(handle.store, { by: "the end", nowMs: machineMs, keep });
    for (let key = 0; key < keys; key++) {
      await store.get(keyId(run, key));
      await store.get(keyId(run, strangersKey(key)));
    }
  } finally {
    await handle.close();
  }
  return entries;
}

function describe({ keys, counts }: RaceReport): string {
  const { operations, conflicts, takeOvers, lostReplies, superseded, replays, unanswered, kills, pauses } = counts;
  return (
    `${keys} keys: ${operations} operations, ${conflicts} conflicts, ${takeOvers} take-overs, ${lostReplies} lost ` +
    `replies, ${superseded} superseded, ${replays} replays, ${kills} kills, ${pauses} pauses, ${unanswered} unanswered`
  );
}

function checked(name: string, report: RaceReport): RaceReport {
  const { violations, voids } = report;
  if (violations.length > 0) {
    // What the store did first: what its callers made of it follows from that.
    const ofStore = violations.filter((each) => each.startsWith("the store"));
    const shown = (ofStore.length > 0 ? ofStore : violations).slice(0, 2);
    throw new Error(`${name} broke a rule ${violations.length} times (${describe(report)}):\n${shown.join("\n")}`);
  }
  if (voids.length > 0) throw new Error(`${name}: the race is void, because ${voids.join(", ")} (${describe(report)})`);
  return report;
}

function addressOf(fixture: string | URL): string {
  if (fixture instanceof URL) return fixture.href;
  return fixture.startsWith("file:") ? fixture : pathToFileURL(fixture).href;
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
