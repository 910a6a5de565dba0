import { MemoryStore } from "@oncekey/core";
import type { StoreFixture } from "../../src/index.js";

const store = new MemoryStore();
const fixture: StoreFixture = {
  name: "memory",
  capabilities: store.capabilities,
  open: async () => ({ store, close: () => {} }),
};

export default fixture;
