/** Where the client gets the time and its timers from; another one makes it a simulation. */
export interface Clock {
  /** Milliseconds since 1970, comparable with what another process wrote down. */
  wallMs(): number;
  /** Milliseconds of a clock that nobody sets back. */
  monotonicMs(): number;
  /** Runs `task` once, `delayMs` from now, unless the function that it returns is called before. */
  after(delayMs: number, task: () => void): () => void;
}

/** The longest delay that timers take; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Waits, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const left = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", left);
      resolve();
    });
    if (signal?.aborted) left();
    else signal?.addEventListener("abort", left, { once: true });
  });
}
