import type { JournalPatch, OperationRecord, OperationState } from "./types.js";

/** Whether it is still to be found out what became of an operation. */
export function isPending({ state }: { readonly state: OperationState }): boolean {
  return state === "intent" || state === "unknown";
}

/** What a record is after a change. What is settled stays so, whatever a slower process notes afterwards. */
export function patched(record: OperationRecord, patch: JournalPatch): OperationRecord {
  return isPending(patch) && !isPending(record) ? record : { ...record, ...patch };
}
