import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sleep } from "./attempts.js";
import type { WorkerCommand, WorkerMessage, WorkerOrders } from "./messages.js";

/** A racing process, as its parent has it. One that ends without having said what it should is an error. */
export class Racer {
  readonly log: string;
  readonly #process: ChildProcess;
  /** How many operations of its own were answered, as far as it has told. */
  operations = 0;
  readonly #heard = new Set<WorkerMessage["kind"]>();
  #failure: Error | undefined;
  #killed = false;
  #wake = () => {};

  constructor(orders: WorkerOrders, execArgv: readonly string[]) {
    const own = import.meta.url;
    // In the workspace this runs from its source; once built, all entry points lie in one folder.
    const file = own.endsWith(".ts") ? "./race-worker.ts" : "./processes/race-worker.js";
    const path = fileURLToPath(new URL(file, own));
    this.log = orders.log;
    this.#process = fork(path, [JSON.stringify(orders)], { execArgv: [...execArgv], serialization: "json" });
    this.#process.on("message", (message: WorkerMessage) => {
      this.#heard.add(message.kind);
      if (message.kind === "progress") this.operations += message.operations;
      this.#wake();
    });
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.on("exit", (code, signal) =>
      this.#fail(new Error(`a racing process ended too early, with ${signal ?? code}`)),
    );
  }

  /** Waits until it has said this; at once where it was killed. */
  async heard(kind: WorkerMessage["kind"]): Promise<void> {
    while (!this.#killed && !this.#heard.has(kind)) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  tell(command: WorkerCommand): void {
    this.#process.send(command);
  }

  /** Stops it in the middle of whatever it does, and lets it go on later, unless it has ended meanwhile. */
  async pause(ms: number): Promise<void> {
    this.#process.kill("SIGSTOP");
    await sleep(ms);
    this.#process.kill("SIGCONT");
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends it in the middle of whatever it does. */
  kill(): void {
    this.#killed = true;
    this.#process.kill("SIGKILL");
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= new Error(`${error.message} (process ${this.#process.pid ?? "not started"})`, { cause: error });
    this.#wake();
  }
}
