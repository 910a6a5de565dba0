import type { Clock } from "./clock.js";

/** Counts what has not ended: running operations, completions that are still to be stored, clean-ups. */
export class Background {
  #count = 0;
  #whenIdle: (() => void)[] = [];

  /** Something begins; `leave` must follow. */
  enter(): void {
    this.#count += 1;
  }

  /** Something has ended. */
  leave(): void {
    this.#count -= 1;
    if (this.#count === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Counts a task until it ends. Tasks report their own failures. */
  track(task: Promise<unknown>): void {
    this.enter();
    const leave = () => this.leave();
    task.then(leave, leave);
  }

  /** Waits until nothing is left, or until the time is over; answers how many have not ended. */
  idle(clock: Clock, timeoutMs: number): Promise<number> {
    if (this.#count === 0) return Promise.resolve(0);
    return new Promise((resolve) => {
      const end = () => resolve(this.#count);
      const cancel = clock.setTimer(end, timeoutMs);
      this.#whenIdle.push(() => {
        cancel();
        end();
      });
    });
  }
}
