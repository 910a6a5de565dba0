import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createIdempotentFetch } from "./idempotent-fetch.js";

const url = "https://api.example.com/charges";
const post = { method: "POST", body: "{}" };

/** A client over a fetch that answers with `answer`, and all signals that it was given. */
function recorded(answer: (signal: AbortSignal) => Response | Promise<Response>, attemptTimeoutMs = 60_000) {
  const signals: AbortSignal[] = [];
  const client = createIdempotentFetch({
    retry: { maxAttempts: 1, attemptTimeoutMs },
    fetch: async (_url, init) => {
      if (!(init?.signal instanceof AbortSignal)) throw new Error("no signal was given");
      signals.push(init.signal);
      return answer(init.signal);
    },
  });
  return { client, signals };
}

/** Enough calls to have had every idle signal. */
const MANY = 200;

async function callMany({ client }: ReturnType<typeof recorded>): Promise<void> {
  for (let count = 0; count < MANY; count++) await (await client(url, post)).text();
}

describe("the signal of an attempt", () => {
  it("is not that of another one that runs", async () => {
    const whole = recorded(() => new Response("done"));
    await callMany(whole);
    const answers: (() => void)[] = [];
    const { client, signals } = recorded(
      () => new Promise<Response>((resolve) => answers.push(() => resolve(new Response()))),
    );
    const calls = Array.from({ length: 20 }, () => client(url, post));
    await expect.poll(() => answers.length).toBe(20);
    for (const answer of answers) answer();
    await Promise.all(calls);
    expect(new Set(signals).size).toBe(20);
  });

  it("serves few enough for listeners that were left behind to go unnoticed, two for each", async () => {
    const warnings: Error[] = [];
    process.on("warning", (warning) => warnings.push(warning));
    const whole = recorded((signal) => {
      signal.addEventListener("abort", () => {});
      signal.addEventListener("abort", () => {});
      return new Response("done");
    });
    await callMany(whole);
    const left = whole.signals.map((signal) => getEventListeners(signal, "abort").length);
    expect(Math.max(...left)).toBeLessThanOrEqual(10);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.map(({ name }) => name)).not.toContain("MaxListenersExceededWarning");
  });

  it.each([
    ["the time-out", 1, (): AbortSignal | undefined => undefined],
    ["the caller", undefined, (): AbortSignal | undefined => AbortSignal.timeout(1)],
  ])("is not used again once %s has aborted it", async (_by, attemptTimeoutMs, signalOf) => {
    await callMany(recorded(() => new Response("done")));
    const hanging = recorded(() => new Promise(() => {}), attemptTimeoutMs);
    const signal = signalOf();
    await expect(hanging.client(url, { ...post, ...(signal && { signal }) })).rejects.toThrow();
    const whole = recorded((given) => new Response(String(given.aborted)));
    await callMany(whole);
    expect(hanging.signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(whole.signals).not.toContain(hanging.signals[0]);
    expect(whole.signals.some(({ aborted }) => aborted)).toBe(false);
  });

  it("stays with an answer that is passed on unread, until its caller leaves", async () => {
    const caller = new AbortController();
    const endless = new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } });
    const streaming = recorded(() => endless);
    await streaming.client(url, { ...post, signal: caller.signal });
    const whole = recorded(() => new Response("done"));
    await callMany(whole);
    expect(whole.signals).not.toContain(streaming.signals[0]);
    caller.abort();
    expect(streaming.signals[0]?.aborted).toBe(true);
  });

  it("is not aborted by a timer that comes too late", async () => {
    const late: (() => void)[] = [];
    const signals: AbortSignal[] = [];
    const client = createIdempotentFetch({
      clock: {
        wallMs: () => 0,
        monotonicMs: () => 0,
        after(_delayMs, task) {
          late.push(task);
          return () => {};
        },
      },
      fetch: async (_url, init) => {
        if (init?.signal instanceof AbortSignal) signals.push(init.signal);
        return new Response("done");
      },
    });
    await client(url, post);
    for (const task of late) task();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

describe("after calls that have ended", () => {
  it("the caller's signal has no listener left, and no timer is", async () => {
    const caller = new AbortController();
    let running = 0;
    const client = createIdempotentFetch({
      clock: {
        wallMs: () => Date.now(),
        monotonicMs: () => performance.now(),
        after(delayMs, task) {
          running += 1;
          const timer = setTimeout(task, delayMs);
          let isOver = false;
          return () => {
            if (!isOver) running -= 1;
            isOver = true;
            clearTimeout(timer);
          };
        },
      },
      fetch: async () => new Response("done"),
    });
    for (let count = 0; count < 20; count++) await client(url, { ...post, signal: caller.signal });
    expect(running).toBe(0);
    expect(getEventListeners(caller.signal, "abort")).toEqual([]);
  });
});
