import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../lib/command.js";
import type { Counts } from "../lib/report.js";
import { add, countsOf } from "./counts.js";
import type { Stage } from "./stages.js";

export interface RunOptions {
  /** The command line of a stage: the text of its script in package.json. */
  readonly commandOf: (stage: Stage) => string;
  readonly print: (line: string) => void;
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

type Verdict = "passed" | "failed";

/** Runs stages, side by side where they allow it. Resolves to the sum of what they counted. */
export async function runStages(stages: readonly Stage[], options: RunOptions): Promise<Counts> {
  const scratch = await mkdtemp(join(tmpdir(), "oncekey-run-"));
  try {
    return await new Run(stages, options, scratch).finish();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

class Run {
  #total: Counts = { passed: 0, failed: 0, skipped: 0 };
  readonly #verdicts = new Map<string, Verdict>();
  readonly #running = new Map<Stage, Promise<void>>();
  readonly #waiting: Stage[];
  readonly #options: RunOptions;
  readonly #scratch: string;
  readonly #concurrency: number;

  constructor(stages: readonly Stage[], options: RunOptions, scratch: string) {
    this.#waiting = [...stages];
    this.#options = options;
    this.#scratch = scratch;
    this.#concurrency = options.concurrency ?? Math.min(4, availableParallelism());
  }

  async finish(): Promise<Counts> {
    while (this.#waiting.length + this.#running.size > 0) {
      this.#startWhatMayStart();
      await Promise.race(this.#running.values());
    }
    return this.#total;
  }

  #startWhatMayStart(): void {
    for (const stage of [...this.#waiting]) {
      if (!this.#isReady(stage)) continue;
      if (!this.#hasRoomFor(stage)) {
        // A stage that wants the machine for itself would wait for ever if others kept slipping in.
        if (stage.alone) return;
        continue;
      }
      this.#waiting.splice(this.#waiting.indexOf(stage), 1);
      const performed = this.#perform(stage).finally(() => this.#running.delete(stage));
      this.#running.set(stage, performed);
    }
  }

  #isReady(stage: Stage): boolean {
    const listed = [...this.#waiting, ...this.#running.keys()].map(({ script }) => script);
    return (stage.after ?? []).every((script) => !listed.includes(script));
  }

  #hasRoomFor(stage: Stage): boolean {
    if (this.#running.size === 0) return true;
    const crowded = [...this.#running.keys()].some(({ alone }) => alone);
    return !stage.alone && !crowded && this.#running.size < this.#concurrency;
  }

  async #perform(stage: Stage): Promise<void> {
    const blocker = stage.after?.find((script) => this.#verdicts.get(script) === "failed");
    const begun = performance.now();
    const outcome = blocker === undefined ? await this.#execute(stage) : notRun(blocker);
    this.#total = add(this.#total, outcome.counts);
    this.#verdicts.set(stage.script, outcome.counts.failed > 0 ? "failed" : "passed");
    this.#tell(stage, outcome, (performance.now() - begun) / 1000);
  }

  async #execute(stage: Stage): Promise<Outcome> {
    const file = join(this.#scratch, `${stage.script.replaceAll(":", "-")}.json`);
    const { signal } = this.#options;
    const { exitCode, output } = await run(this.#options.commandOf(stage), [], {
      shell: true,
      env: { ONCEKEY_REPORT: file },
      ...(signal && { signal }),
    }).catch((error: unknown) => ({ exitCode: 1, output: String(error) }));
    const text = await readFile(file, "utf8").catch(() => undefined);
    return { output, counts: countsOf(text, exitCode === 0) };
  }

  #tell({ script }: Stage, { output, counts }: Outcome, seconds: number): void {
    const { passed, failed, skipped } = counts;
    const parts = [
      `${passed} passed`,
      ...(failed ? [`${failed} failed`] : []),
      ...(skipped ? [`${skipped} skipped`] : []),
    ];
    const mark = failed > 0 ? "✗" : "✓";
    this.#options.print(`${mark} ${script.padEnd(20)} ${seconds.toFixed(1).padStart(6)} s   ${parts.join(", ")}`);
    if (failed > 0) this.#options.print(output.trimEnd().replaceAll(/^/gm, "  │ "));
  }
}

interface Outcome {
  readonly output: string;
  readonly counts: Counts;
}

function notRun(blocker: string): Outcome {
  return { output: `not run, because ${blocker} failed`, counts: { passed: 0, failed: 1, skipped: 0 } };
}
