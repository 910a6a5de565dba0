import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { ChildMessage, ParentMessage } from "./messages.js";

/** A process of this test that is killed and started again. */
export class Child {
  readonly #file: string;
  readonly #orders: object;
  readonly #hear: (message: ChildMessage) => void;
  readonly #fail: (error: Error) => void;
  #process: ChildProcess | undefined;

  constructor(file: string, orders: object, hear: (message: ChildMessage) => void, fail: (error: Error) => void) {
    this.#file = file;
    this.#orders = orders;
    this.#hear = hear;
    this.#fail = fail;
  }

  /** Resolves when it is ready. */
  start(): Promise<void> {
    const started = fork(this.#file, [JSON.stringify(this.#orders)], { execArgv: [] });
    this.#process = started;
    started.on("error", this.#fail);
    started.on("exit", (code, signal) => {
      if (this.#process === started) this.#fail(new Error(`${this.#file} ended with ${signal ?? code}`));
    });
    return new Promise((resolve) => {
      started.on("message", (message: ChildMessage) => {
        if (message.type === "ready") resolve();
        // What is still on its way from a process that was killed does not count.
        else if (this.#process === started) this.#hear(message);
      });
    });
  }

  get runs(): boolean {
    return this.#process !== undefined;
  }

  tell(message: ParentMessage): void {
    this.#process?.send(message);
  }

  /** kill -9. Resolves when it is gone. */
  async kill(): Promise<void> {
    const killed = this.#process;
    if (killed === undefined) throw new Error(`${this.#file} does not run`);
    this.#process = undefined;
    killed.kill("SIGKILL");
    const [code, signal] = await once(killed, "exit");
    if (signal !== "SIGKILL") throw new Error(`${this.#file} ended by itself, with ${signal ?? code}`);
  }
}
