import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Candidate, Services } from "../candidates/candidate.js";
import { isReport } from "./messages.js";
import type { Outcome } from "./outcome.js";

/** The suite gives up a case after 10 s, and its clean-up after another 10; a process that is silent for longer hangs. */
const caseLimitMs = 30_000;
const readyWithinMs = 60_000;

const candidateProcess = fileURLToPath(new URL("./candidate-process.ts", import.meta.url));

/** For tests of this file: another process to run, and how long it may be silent. */
export interface RunOptions {
  readonly script?: string;
  readonly limitMs?: number;
}

/** Runs cases against one candidate, in a process of its own; a new one whenever it has crashed or hangs. */
export async function runCandidate(
  { id: candidateId }: Pick<Candidate, "id">,
  caseIds: readonly string[],
  services: Services,
  onOutcome: (id: string, outcome: Outcome) => void,
  { script = candidateProcess, limitMs = caseLimitMs }: RunOptions = {},
): Promise<void> {
  let worker: Worker | undefined;
  try {
    for (const id of caseIds) {
      worker ??= await Worker.start(script, candidateId, services);
      const outcome = await worker.run(id, limitMs);
      onOutcome(id, outcome);
      if (worker.isGone) worker = undefined;
    }
  } finally {
    await worker?.end();
  }
}

class Worker {
  readonly #child: ChildProcess;
  #errors = "";

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.resume();
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-20_000);
    });
  }

  static async start(script: string, id: string, { redisUrl, postgresUrl }: Services): Promise<Worker> {
    const worker = new Worker(
      spawn(process.execPath, [...process.execArgv, script, id], {
        env: { ...process.env, ONCEKEY_COMPARE_REDIS: redisUrl, ONCEKEY_COMPARE_POSTGRES: postgresUrl },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
      }),
    );
    const started = await worker.#next(readyWithinMs);
    if (started.status === "failed") throw new Error(`${id} did not start: ${started.observed}\n${worker.#errors}`);
    return worker;
  }

  get isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async run(id: string, limitMs: number): Promise<Outcome> {
    this.#errors = "";
    const outcome = this.#next(limitMs);
    this.#child.send({ run: id });
    return await outcome;
  }

  async end(): Promise<void> {
    if (this.isGone) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  /** What the process says next, or that it crashed or hangs. */
  async #next(limitMs: number): Promise<Outcome> {
    const over = new AbortController();
    const limit = setTimeout(() => over.abort(), limitMs);
    const { signal } = over;
    try {
      return await Promise.race([
        once(this.#child, "message", { signal }).then(([message]) => reported(message)),
        once(this.#child, "exit", { signal }).then(() => failed(`the process crashed: ${this.#lastError()}`)),
      ]);
    } catch (error) {
      if (!signal.aborted) throw error;
      await this.end();
      return failed(`the process hung for ${limitMs / 1_000} s`);
    } finally {
      clearTimeout(limit);
      over.abort();
    }
  }

  #lastError(): string {
    const lines = this.#errors.split("\n").map((line) => line.trim());
    return lines.findLast((line) => /^(\[?\w*(Error|Exception)\b|.*Error \[)/.test(line)) ?? "without a word";
  }
}

function reported(message: unknown): Outcome {
  if (!isReport(message)) throw new TypeError(`no report: ${JSON.stringify(message)}`);
  return message.last ?? { status: "passed" };
}

function failed(observed: string): Outcome {
  return { status: "failed", observed, runs: 0 };
}
