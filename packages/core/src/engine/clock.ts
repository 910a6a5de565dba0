/** Where the engine gets its time and timers from. */
export interface Clock {
  /** Monotonic milliseconds; only differences count. */
  nowMs(): number;
  /** Calls `run` once after `ms`, and answers a function that cancels it. A timer never keeps the process alive. */
  setTimer(run: () => void, ms: number): () => void;
}

/** The runtime's own clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimer: (run, ms) => {
    // Longer delays overflow the timers of every runtime and fire at once.
    const timer = setTimeout(run, Math.min(ms, 0x7fffffff));
    timer.unref?.();
    return () => clearTimeout(timer);
  },
};
