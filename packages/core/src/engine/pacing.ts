import type { Clock } from "./clock.js";

/** Resolves after `ms` by the given clock. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(resolve, ms);
  });
}

/** Waits for what a caller's function promised, and not longer than `timeoutMs`: then it rejects. */
export function inTime<T>(clock: Clock, work: T | PromiseLike<T>, timeoutMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${what} did not answer within ${Math.ceil(timeoutMs)} ms`));
    const cancel = clock.setTimer(late, timeoutMs, "idle");
    Promise.resolve(work).then(resolve, reject).finally(cancel);
  });
}

/** Growing pauses with full jitter over their upper half: repeated calls neither hammer a store nor march in step. */
export class Backoff {
  #nextMs: number;
  readonly #maxMs: number;

  constructor(firstMs: number, maxMs: number) {
    this.#nextMs = firstMs;
    this.#maxMs = maxMs;
  }

  nextMs(): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(this.#maxMs, ms * 2);
    return ms * (0.5 + Math.random() / 2);
  }
}
