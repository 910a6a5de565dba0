const { MemoryStore } = require("@oncekey/core");

const store = new MemoryStore();
const { capabilities } = store;

// For: npx @oncekey/conformance ./command.cjs
module.exports = { name: "MemoryStore", capabilities, open: async () => ({ store, close: async () => {} }) };
