import { checkStore, formatReport } from "@oncekey/conformance";
import { MemoryStore } from "@oncekey/core";

const store = new MemoryStore();
const { capabilities } = store;

const report = await checkStore({
  name: "MemoryStore",
  capabilities,
  open: async () => ({ store, close: async () => {} }),
});
process.stdout.write(`${formatReport(report)}\n`);
process.exitCode = report.failed > 0 ? 1 : 0;
