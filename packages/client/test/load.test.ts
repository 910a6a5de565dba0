import { describe, expect, it } from "vitest";
import { type Clock, createIdempotentFetch } from "../src/index.js";

/** A clock on which every wait is over at once; the time that was waited is noted. */
function hastyClock(waits: number[]): Clock {
  let nowMs = 0;
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, task) {
      // The time-out of an attempt, which nobody waits for here.
      if (delayMs >= 5_000) return () => {};
      waits.push(delayMs);
      nowMs += delayMs;
      queueMicrotask(task);
      return () => {};
    },
  };
}

/** The same numbers in every run (a linear congruential generator, Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const url = "https://api.example.com/charges";

describe("many clients whose server fails", () => {
  it("come back apart: the first retries of 60 are spread over more than 200 ms", async () => {
    const firstWaits: number[] = [];
    for (let client = 1; client <= 60; client += 1) {
      const waits: number[] = [];
      const fetch = createIdempotentFetch({
        fetch: async () => new Response(null, { status: 503 }),
        clock: hastyClock(waits),
        random: seeded(client * 7_919),
      });
      await fetch(url, { method: "POST" });
      firstWaits.push(waits[0] ?? Number.NaN);
    }
    expect(Math.max(...firstWaits) - Math.min(...firstWaits)).toBeGreaterThan(200);
    expect(Math.max(...firstWaits)).toBeLessThanOrEqual(250);
  });

  it("add less than a twentieth to its load when every call fails", async () => {
    let requests = 0;
    const fetch = createIdempotentFetch({
      fetch: async () => {
        requests += 1;
        return new Response(null, { status: 500 });
      },
      clock: hastyClock([]),
    });
    const calls = 6_000;
    for (let call = 0; call < calls; call += 1) await fetch(url, { method: "POST" });
    expect(requests / calls).toBeGreaterThan(1);
    expect(requests / calls).toBeLessThanOrEqual(1.05);
  });

  it("retry freely when few calls fail", async () => {
    const random = seeded(1);
    let requests = 0;
    const fetch = createIdempotentFetch({
      fetch: async () => {
        requests += 1;
        return new Response(null, { status: random() < 0.1 ? 500 : 200 });
      },
      clock: hastyClock([]),
      random,
    });
    let failed = 0;
    for (let call = 0; call < 6_000; call += 1) if (!(await fetch(url, { method: "POST" })).ok) failed += 1;
    expect(requests).toBeGreaterThan(6_000);
    // One in ten thousand fails four times in a row.
    expect(failed).toBeLessThan(10);
  });
});
