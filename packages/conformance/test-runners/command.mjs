import { protectFixture } from "@oncekey/conformance";
import { MemoryStore } from "@oncekey/core";

const store = new MemoryStore();
const { capabilities } = store;

// For: npx @oncekey/conformance ./command.mjs
export default [
  { name: "MemoryStore", capabilities, open: async () => ({ store, close: async () => {} }) },
  () => protectFixture("protect"),
];
