const { protectFixture, registerBindingConformance, registerStoreConformance } = require("@oncekey/conformance");
const { MemoryStore } = require("@oncekey/core");

const store = new MemoryStore();
const { capabilities } = store;

// Under Jest the globals are the runner.
registerStoreConformance(
  { name: "MemoryStore", capabilities, open: async () => ({ store, close: async () => {} }) },
  { describe, it },
);

registerBindingConformance(protectFixture("protect"), { describe, it });
