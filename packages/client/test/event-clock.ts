import type { Clock } from "../src/index.js";

/** A clock without waiting: pauses between attempts are over at once, and attempts time out when they are told to. */
export class EventClock implements Clock {
  static readonly attemptTimeoutMs = 10_000;
  readonly #startedAtMs = Date.now();
  readonly #running = new Set<() => void>();
  #passedMs = 0;

  wallMs(): number {
    return this.#startedAtMs + this.#passedMs;
  }

  monotonicMs(): number {
    return this.#passedMs;
  }

  after(delayMs: number, task: () => void): () => void {
    if (delayMs === EventClock.attemptTimeoutMs) {
      this.#running.add(task);
      return () => void this.#running.delete(task);
    }
    this.#passedMs += delayMs;
    const soon = setImmediate(task);
    return () => clearImmediate(soon);
  }

  /** All the time that an attempt may take has passed. */
  timeOut(): void {
    this.#passedMs += EventClock.attemptTimeoutMs;
    for (const task of this.#running) task();
    this.#running.clear();
  }
}
