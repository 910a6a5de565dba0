import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createIdempotentFetch } from "./idempotent-fetch.js";

const url = "https://api.example.com/charges";
const post = { method: "POST", body: "{}" };

describe("the signal of an attempt", () => {
  it("stays with an answer that is passed on unread, until its caller leaves", async () => {
    const caller = new AbortController();
    let given: AbortSignal | null | undefined;
    const client = createIdempotentFetch({
      fetch: async (_url, init) => {
        given = init?.signal;
        return new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } });
      },
    });
    await client(url, { ...post, signal: caller.signal });
    expect(given?.aborted).toBe(false);
    caller.abort();
    expect(given?.aborted).toBe(true);
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
