/** Where the engine gets its time and timers from. */
export interface Clock {
  /** Monotonic milliseconds; only differences count. */
  nowMs(): number;
  /**
   * Calls `run` once after `ms`, and answers a function that cancels it. Somebody waits for it, so it keeps the process
   * alive; with `"idle"` it does not.
   */
  setTimer(run: () => void, ms: number, kind?: "idle"): () => void;
}

/** The runtime's own clock. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  setTimer: (run, ms, kind) => {
    // Longer delays overflow the timers of every runtime and fire at once.
    const timer = setTimeout(run, Math.min(ms, 0x7fffffff));
    if (kind === "idle") timer.unref?.();
    return () => clearTimeout(timer);
  },
};
