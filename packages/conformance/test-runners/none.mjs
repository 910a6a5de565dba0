import { checkBinding, checkStore, formatReport, protectFixture } from "@oncekey/conformance";
import { MemoryStore } from "@oncekey/core";

const store = new MemoryStore();
const { capabilities } = store;

const stores = await checkStore({
  name: "MemoryStore",
  capabilities,
  open: async () => ({ store, close: async () => {} }),
});
const bindings = await checkBinding(protectFixture("protect"));

for (const report of [stores, bindings]) process.stdout.write(`${formatReport(report)}\n`);
process.exitCode = stores.failed + bindings.failed > 0 ? 1 : 0;
