import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Stored } from "@oncekey/core";
import type { StoreFixture } from "../store/fixture.js";
import { freshId } from "../store/samples.js";
import { keyId, type RaceHistory } from "./history.js";
import { judge, type RaceReport, together } from "./judge.js";
import { loadFixture, machineMs, type StartMessage, type WorkerMessage, type WorkerOrders } from "./messages.js";

/** Options of {@link raceProcesses}. */
export interface RaceOptions {
  /**
   * The module of the fixture: its default export or its export `fixture` is a `StoreFixture`, or a function that returns
   * one. A path or a file URL. Every process loads it, so it must lead all of them to the same storage.
   */
  readonly fixture: string | URL;
  /** What that function is called with, in every process; it travels as JSON. */
  readonly argument?: unknown;
  /** Default 3. */
  readonly processes?: number;
  /** Clients of each process. Default 4. */
  readonly lanes?: number;
  /** How long they race. Default 3,000; up to five times as long where a run would be void otherwise. */
  readonly durationMs?: number;
  /** Node's options for the processes, such as a loader for TypeScript. Default: those of this process. */
  readonly execArgv?: readonly string[];
  /** Where the line of counts goes. Default: standard output. */
  readonly print?: (line: string) => void;
}

const ROUNDS = 5;

/**
 * Lets several processes race over one storage, each using it as the engine does, and judges what they saw: one grant for
 * each attempt, one line of versions, one result that never changes.
 *
 * Attempts crash, dawdle past their lease, release, and lose replies. Throws where the store broke a rule, and where a run
 * is void because it had no conflict, no take-over or no lost reply. Prints how many it had.
 */
export async function raceProcesses(options: RaceOptions): Promise<RaceReport> {
  const address = addressOf(options.fixture);
  const fixture = await loadFixture(address, options.argument);
  const { name, capabilities } = fixture;
  if (!capabilities.concurrent) {
    throw new TypeError(`${name}: its capabilities say that calls do not race; there is no race to run`);
  }
  const { processes = 3, lanes = 4, print = printLine } = options;
  let report = judge([], []);
  // On a slow machine one round may be too short for a lease to lapse in it.
  for (let round = 1; round <= ROUNDS && report.violations.length === 0 && report.voids.length > 0; round++) {
    report = together(report, await raceOnce(fixture, address, options));
  }
  print(`${name}: ${processes} processes × ${lanes} clients, ${describe(report)}`);
  return checked(name, report);
}

async function raceOnce(fixture: StoreFixture, address: string, options: RaceOptions): Promise<RaceReport> {
  const { argument, processes = 3, lanes = 4, durationMs = 3_000 } = options;
  const { resolutionMs, skewMarginMs } = fixture.capabilities;
  // A lease is long enough for a reply and short enough to lapse often; a key is visited for several of them.
  const leaseMs = Math.max(30, 10 * resolutionMs) + 2 * skewMarginMs;
  const windowMs = 4 * leaseMs;
  const run = freshId();
  const orders = { fixture: address, argument, run, lanes, leaseMs, windowMs };
  const workers = Array.from({ length: processes }, (_, worker) => start({ ...orders, worker }, options));
  try {
    const histories = await raced(workers, durationMs);
    return judge(histories, await read(fixture, run, Math.ceil(durationMs / windowMs) + 1));
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
  }
}

/** Waits until all workers are ready, lets them go together, and gathers what they saw. */
async function raced(workers: readonly ChildProcess[], durationMs: number): Promise<readonly RaceHistory[]> {
  const talks = workers.map((worker) => new Talk(worker));
  await Promise.all(talks.map((talk) => talk.heard("ready")));
  const startMs = machineMs() + 50;
  const message: StartMessage = { startMs, endMs: startMs + durationMs };
  for (const worker of workers) worker.send(message);
  const ends = await Promise.all(talks.map((talk) => talk.heard("done")));
  return ends.flatMap((end) => (end.kind === "done" ? end.histories : []));
}

/** What a worker says; a worker that ends without having said it is an error. */
class Talk {
  readonly #heard: WorkerMessage[] = [];
  readonly #worker: ChildProcess;
  #failure: Error | undefined;
  #wake = () => {};

  constructor(worker: ChildProcess) {
    this.#worker = worker;
    worker.on("message", (message: WorkerMessage) => {
      this.#heard.push(message);
      this.#wake();
    });
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", (code, signal) =>
      this.#fail(new Error(`a racing process ended too early, with ${signal ?? code}`)),
    );
  }

  async heard(kind: WorkerMessage["kind"]): Promise<WorkerMessage> {
    for (;;) {
      const message = this.#heard.find((each) => each.kind === kind);
      if (message !== undefined) return message;
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #fail(error: Error): void {
    this.#failure ??= new Error(`${error.message} (process ${this.#worker.pid ?? "not started"})`, { cause: error });
    this.#wake();
  }
}

function start(orders: WorkerOrders, { execArgv = process.execArgv }: RaceOptions): ChildProcess {
  const own = import.meta.url;
  // In the workspace this runs from its source; once built, all entry points lie in one folder.
  const file = own.endsWith(".ts") ? "./race-worker.ts" : "./processes/race-worker.js";
  const path = fileURLToPath(new URL(file, own));
  return fork(path, [JSON.stringify(orders)], { execArgv: [...execArgv], serialization: "json" });
}

async function read(fixture: StoreFixture, run: string, keys: number): Promise<(Stored | undefined)[]> {
  const handle = await fixture.open();
  try {
    const ends: (Stored | undefined)[] = [];
    for (let key = 0; key < keys; key++) ends.push(await handle.store.get(keyId(run, key)));
    return ends;
  } finally {
    await handle.close();
  }
}

function describe({ keys, counts }: RaceReport): string {
  const { writes, conflicts, takeOvers, lostReplies, superseded, replays } = counts;
  return (
    `${keys} keys: ${writes} writes, ${conflicts} conflicts, ${takeOvers} take-overs, ${lostReplies} lost replies, ` +
    `${superseded} superseded, ${replays} replays`
  );
}

function checked(name: string, report: RaceReport): RaceReport {
  const { violations, voids } = report;
  if (violations.length > 0) {
    const shown = violations.slice(0, 20).join("\n");
    throw new Error(`${name} broke a rule ${violations.length} times (${describe(report)}):\n${shown}`);
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
