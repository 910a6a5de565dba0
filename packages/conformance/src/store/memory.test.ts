import { MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { memoryFixture } from "../broken/store/memory-fixture.js";
import { SeamStore } from "../broken/store/seams.js";
import { checkStore, formatReport, registerStoreConformance } from "../index.js";

registerStoreConformance(
  memoryFixture("MemoryStore, clock moved by hand", (nowMs) => new MemoryStore({ nowMs })),
  { describe, it },
);

registerStoreConformance(
  memoryFixture("the sound base of the broken stores", (nowMs) => new SeamStore(nowMs)),
  { describe, it },
);

describe("a store on a real clock", () => {
  it("passes without advance, by waiting", async () => {
    const store = new MemoryStore();
    const { capabilities } = store;
    const report = await checkStore({ name: "MemoryStore", capabilities, open: async () => ({ store, close() {} }) });
    expect(report.failed, formatReport(report)).toBe(0);
  });
});
