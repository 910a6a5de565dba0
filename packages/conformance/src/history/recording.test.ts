import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { completed, freshId, running } from "../store/samples.js";
import { checkHistory } from "./check-history.js";
import { type HistoryEntry, operationsOf, recording } from "./recording.js";
import { storeModel } from "./store-model.js";

function record(store: IdempotencyStore, by = "p"): { recorded: IdempotencyStore; entries: HistoryEntry[] } {
  const entries: HistoryEntry[] = [];
  const recorded = recording(store, { by, nowMs: () => performance.now(), keep: (entry) => void entries.push(entry) });
  return { recorded, entries };
}

describe("a recorded store", () => {
  it("does what the store does, and its history is explained by the model", async () => {
    const store = new MemoryStore();
    const { recorded, entries } = record(store);
    const id = freshId();
    expect(await recorded.get(id)).toBeUndefined();
    expect(await recorded.create(id, "a", running(), 1_000)).toMatchObject({ written: true, stored: { version: "a" } });
    expect(await recorded.replace(id, "z", "b", completed())).toMatchObject({
      written: false,
      current: { version: "a" },
    });
    expect(await recorded.replace(id, "a", "b", completed(), 5_000)).toMatchObject({ written: true });
    expect(await recorded.remove(id, "a")).toMatchObject({ written: false });
    expect(await recorded.remove(id, "b")).toEqual({ written: true });
    expect(recorded.capabilities).toBe(store.capabilities);
    const operations = operationsOf(entries);
    expect(operations.map(({ call }) => call.op)).toEqual(["get", "create", "replace", "replace", "remove", "remove"]);
    expect(checkHistory(storeModel(store.capabilities), operations)).toMatchObject({ verdict: "ok", operations: 6 });
  });

  it("tells records apart by all that they hold", async () => {
    const { recorded, entries } = record(new MemoryStore());
    const results = [Uint8Array.of(1, 2), Uint8Array.of(1, 3), Uint8Array.of(2, 1)];
    for (const result of results) await recorded.create(freshId(), "a", completed(result), 1_000);
    const texts = operationsOf(entries).map(({ call }) => (call.op === "create" ? call.record : ""));
    expect(new Set(texts).size).toBe(3);
  });

  it("writes a call down before it is sent, and leaves one that throws without an answer", async () => {
    const entries: HistoryEntry[] = [];
    const store = new MemoryStore();
    const failing: IdempotencyStore = Object.assign(Object.create(store), {
      get: async () => {
        expect(entries).toHaveLength(1);
        throw new Error("the store did not answer");
      },
    });
    const recorded = recording(failing, { by: "p", nowMs: () => 7, keep: (entry) => void entries.push(entry) });
    await expect(recorded.get(freshId())).rejects.toThrow("the store did not answer");
    const [operation] = operationsOf(entries);
    expect(operation).toMatchObject({ startMs: 7, endMs: Number.POSITIVE_INFINITY });
    expect(operation).not.toHaveProperty("answer");
  });

  it("is refused where an answer comes before its call", () => {
    expect(() => operationsOf([{ at: "answer", call: 0, by: "p", ms: 0, answer: {} }])).toThrow(TypeError);
  });
});
