import { protectFixture, registerBindingConformance, registerStoreConformance } from "@oncekey/conformance";
import { MemoryStore } from "@oncekey/core";
import { describe, it } from "vitest";

const store = new MemoryStore();
const { capabilities } = store;

registerStoreConformance(
  { name: "MemoryStore", capabilities, open: async () => ({ store, close: async () => {} }) },
  { describe, it },
);

registerBindingConformance(protectFixture("protect"), { describe, it });
