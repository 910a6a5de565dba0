import type { Clock } from "./clock.js";
import { pause } from "./pacing.js";

/** What goes on without a caller: running operations, completions that are still to be stored, clean-ups. */
export class Background {
  readonly #tasks = new Set<Promise<unknown>>();

  /** How many have not ended. */
  get size(): number {
    return this.#tasks.size;
  }

  /** Remembers a task until it ends. Tasks report their own failures. */
  track<T>(task: Promise<T>): Promise<T> {
    this.#tasks.add(task);
    const forget = () => this.#tasks.delete(task);
    task.then(forget, forget);
    return task;
  }

  /** Waits until nothing is left, those begun meanwhile included, or until the time is over. */
  async idle(clock: Clock, timeoutMs: number): Promise<number> {
    const endMs = clock.nowMs() + timeoutMs;
    while (this.#tasks.size > 0) {
      const leftMs = endMs - clock.nowMs();
      if (leftMs <= 0) break;
      await Promise.race([Promise.allSettled(this.#tasks), pause(clock, leftMs)]);
    }
    return this.#tasks.size;
  }
}
