/** A store as its contract describes it, with time reduced to two facts: has the lease lapsed, and may retention end first? */
import type { KeyRecord, Stored } from "../src/record.js";
import type { Write } from "../src/store.js";
import type { Message, Slot } from "./state.js";

export const LEASE_MS = 10;
export const KEEP_MS = 100;
export const RETENTION_MS = 1_000;

export interface Performed {
  readonly slot: Slot | undefined;
  readonly write: Write;
}

/** Performs one call in one atomic step. The slot is the same object where nothing was written. */
export function perform(slot: Slot | undefined, message: Message): Performed {
  const { call } = message;
  switch (call.op) {
    case "get":
      return refused(slot);
    case "create":
      if (slot !== undefined) return slot.version === call.version ? repeated(slot) : refused(slot);
      return written(call.record, call.version, call.keepMs, message, undefined);
    case "replace":
      if (slot === undefined) return refused(slot);
      if (slot.version === call.version) return repeated(slot);
      if (slot.version !== call.expected) return refused(slot);
      return written(call.record, call.version, call.keepMs, message, slot);
    case "remove":
      return refused(slot?.version === call.expected ? undefined : slot);
  }
}

/** The slot after a write. The expiry never moves to an earlier time, so it covers the lease only where `keepMs` does. */
export function written(
  record: KeyRecord,
  version: string,
  keepMs: number | undefined,
  message: Message,
  before: Slot | undefined,
): Performed {
  const leaseMs = record.state === "in-progress" ? record.leaseMs : 0;
  const slot: Slot = {
    version,
    record,
    lapsed: leaseMs === 0,
    covered: keepMs !== undefined && keepMs >= leaseMs,
    grant: record.state === "in-progress" ? message.grant : "",
    birth: before === undefined ? version : before.birth,
  };
  return repeated(slot);
}

/** What the store shows of a slot. */
export function view(slot: Slot, lapsed = slot.lapsed): Stored {
  const leaseMs = slot.record.state === "in-progress" ? slot.record.leaseMs : 0;
  return { version: slot.version, record: slot.record, ageMs: lapsed ? leaseMs : 0, expiresInMs: RETENTION_MS };
}

function repeated(slot: Slot): Performed {
  return { slot, write: { written: true, stored: view(slot) } };
}

function refused(slot: Slot | undefined): Performed {
  return { slot, write: { written: false, current: slot && view(slot) } };
}
