import { createOncekey, fingerprint, MemoryStore } from "@oncekey/core";
import { handWritten } from "./hand-written.js";
import type { BenchGroup, BenchSuite } from "./suite.js";

const body = { amount: 1000, currency: "usd", customer: "cus_4QFJOjw2pOmAGJ", capture: true };
const bytes = Buffer.from(JSON.stringify(body));
const result = { id: "ch_1", status: "succeeded" };

function engine() {
  const oncekey = createOncekey({ store: new MemoryStore({ maxEntries: 100_000_000 }) });
  const request = { method: "POST", path: "/v1/charges", contentType: "application/json", body: bytes };
  return (key: string, handler: () => Promise<unknown>) =>
    oncekey.run({ key, scope: "acct_1", fingerprint: fingerprint(request) }, handler);
}

const handler = async () => result;

/** A Map that grows for ever measures the collector and the cache: both sides begin anew after so many keys. */
const KEYS_PER_STORE = 10_000;

function firstRequests(make: () => ReturnType<typeof engine>): () => Promise<unknown> {
  let run = make();
  let count = 0;
  return () => {
    if (count++ % KEYS_PER_STORE === 0) run = make();
    return run(`key-${count}`, handler);
  };
}

function firstRequest(): BenchGroup {
  return {
    title: `A first request over memory, its fingerprint of ${bytes.length} bytes included`,
    note: "Baseline: hand-written, with a Map and a hash, without leases, owners, time-outs or retention. Wanted: 6 µs at most.",
    cases: [
      { name: "hand-written Map + SHA-256", run: firstRequests(() => handWritten(body)) },
      { name: "Oncekey over MemoryStore", run: firstRequests(engine) },
    ],
  };
}

async function replay(): Promise<BenchGroup> {
  const floor = handWritten(body);
  const oncekey = engine();
  await floor("key", handler);
  await oncekey("key", handler);
  return {
    title: "A replay over memory, its fingerprint included",
    note: "Baseline: the same. Wanted: 3.5 µs at most.",
    cases: [
      { name: "hand-written Map + SHA-256", run: () => floor("key", handler) },
      { name: "Oncekey over MemoryStore", run: () => oncekey("key", handler) },
    ],
  };
}

export const engineSuite: BenchSuite = {
  name: "engine",
  open: async () => ({ groups: [firstRequest(), await replay()], close: async () => {} }),
};
