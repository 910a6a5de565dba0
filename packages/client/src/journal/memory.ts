import { patched } from "./apply.js";
import type { Journal, JournalPatch, OperationRecord } from "./types.js";

/** A {@link Journal} that ends with the process: for tests, and where a name need only hold as long as that. */
export function memoryJournal(): Journal {
  const records = new Map<string, OperationRecord>();
  return {
    async claim(record) {
      const kept = records.get(record.operationId) ?? record;
      records.set(record.operationId, kept);
      return kept;
    },
    async update(operationId: string, patch: JournalPatch) {
      const record = records.get(operationId);
      if (record !== undefined) records.set(operationId, patched(record, patch));
    },
    get: async (operationId) => records.get(operationId),
    async *list() {
      yield* [...records.values()];
    },
    async delete(operationId) {
      records.delete(operationId);
    },
    async close() {},
  };
}
