import type { JournalPatch, OperationRecord } from "./types.js";

/** What a record is after a change. What is settled stays so, whatever a slower process notes afterwards. */
export function patched(record: OperationRecord, patch: JournalPatch): OperationRecord {
  const isOver = record.state !== "intent" && record.state !== "unknown";
  if (isOver && (patch.state === "intent" || patch.state === "unknown")) return record;
  return { ...record, ...patch };
}
