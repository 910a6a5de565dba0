import { describe, expect, it } from "vitest";
import { MemoryStore } from "./index.js";

// What every store must do is the conformance suite's business; here is only what is peculiar to this one.
const released = { state: "released", attempt: 1 } as const;

describe("MemoryStore", () => {
  it("works without options", async () => {
    const store = new MemoryStore();
    expect(await store.create("a", "v1", released, 1_000)).toMatchObject({ written: true });
  });

  it("refuses a new key when it is full of live records, and evicts none", async () => {
    let nowMs = 0;
    const store = new MemoryStore({ maxEntries: 2, nowMs: () => nowMs });
    await store.create("a", "v1", released, 1_000);
    await store.create("b", "v2", released, 2_000);
    await expect(store.create("c", "v3", released, 1_000)).rejects.toMatchObject({ code: "STORE_FULL" });
    expect(await store.get("a")).toBeDefined();
    expect(await store.replace("a", "v1", "v4", released)).toMatchObject({ written: true });
    nowMs = 1_000;
    expect(await store.create("c", "v5", released, 1_000)).toMatchObject({ written: true });
    expect(await store.get("b")).toBeDefined();
  });

  it("begins an expired key again even when it is full", async () => {
    let nowMs = 0;
    const store = new MemoryStore({ maxEntries: 1, nowMs: () => nowMs });
    await store.create("a", "v1", released, 1_000);
    nowMs = 1_000;
    expect(await store.create("a", "v2", released, 1_000)).toMatchObject({ written: true });
  });

  it("refuses options that are none", () => {
    expect(() => new MemoryStore({ maxEntries: 0 })).toThrow(/maxEntries: 0 is not a whole number of at least 1/);
    expect(() => new MemoryStore({ nowMs: 5 as unknown as () => number })).toThrow(TypeError);
  });
});
