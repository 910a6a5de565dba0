/** A trace in words: one line a step, and what stands in the store after it. */
import type { KeyRecord } from "../src/record.js";
import type { Found } from "./explore.js";
import type { Slot, StoreCall } from "./state.js";
import type { Step } from "./step.js";
import { workerName } from "./world.js";

export function describeTrace(found: Found): string {
  const lines = found.steps.map((step, i) => `${String(i + 1).padStart(3)}  ${describeStep(step)}`);
  return [...lines, `  => ${found.property}: ${found.text}`].join("\n");
}

function describeStep({ owner, did, call, next }: Step): string {
  const who = owner === undefined ? "" : `${workerName(owner)} `;
  const asked = call === undefined ? "" : `  [${describeCall(call)}]`;
  return `${`${who}${did}${asked}`.padEnd(96)}  | ${describeSlot(next.slot)}`;
}

function describeCall(call: StoreCall): string {
  switch (call.op) {
    case "get":
      return "get";
    case "create":
      return `create v${call.version} ${describeRecord(call.record)}`;
    case "replace":
      return `replace v${call.expected} by v${call.version} ${describeRecord(call.record)}`;
    case "remove":
      return `remove v${call.expected}`;
  }
}

function describeSlot(slot: Slot | undefined): string {
  if (slot === undefined) return "nothing";
  const lapsed = slot.record.state === "in-progress" && slot.lapsed ? ", lapsed" : "";
  return `v${slot.version} ${describeRecord(slot.record)}${lapsed}`;
}

const describeRecord = (record: KeyRecord): string => `${record.state} #${record.attempt}`;
