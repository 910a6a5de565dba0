import type { Clock } from "./clock.js";

/** Resolves after `ms` by the given clock. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(resolve, ms);
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
