/**
 * What stands under one key. Each state carries only its own fields.
 *
 * Two more states are derived, never stored: a record past its retention is *expired*, which is the same as absent;
 * a record in progress whose lease has lapsed is *abandoned*.
 */
export type KeyRecord = InProgress | Completed | Released;

/** An attempt holds the key and runs the operation. */
export interface InProgress {
  readonly state: "in-progress";
  readonly fingerprint: string;
  /** Counts the attempts of this record's lifetime from 1: a fencing token, comparable only within that lifetime. */
  readonly attempt: number;
  /** How long the attempt may be silent, measured by the store from the record's last write. */
  readonly leaseMs: number;
  /** Results of finished steps, by name; a take-over resumes after them. */
  readonly checkpoints?: Checkpoints;
}

/** The operation ended, and this is the answer for every retry. */
export interface Completed {
  readonly state: "completed";
  readonly fingerprint: string;
  readonly attempt: number;
  readonly result: Uint8Array | Omitted;
}

/** The attempt ended with nothing to replay: the next claim, with any fingerprint, may run. */
export interface Released {
  readonly state: "released";
  readonly attempt: number;
}

/** Stands for a result that was not kept, because it was too large or must not be stored. */
export interface Omitted {
  readonly omitted: true;
  /** What a retry may still be told about it; opaque here, at most 1 KiB by convention. */
  readonly summary?: Uint8Array;
}

/** The results of finished steps: names to opaque bytes, 64 KiB in all. */
export type Checkpoints = Readonly<Record<string, Uint8Array>>;

/** A record as a store holds it: with the version of its last write, and its age and remaining life by the store's clock. */
export interface Stored {
  readonly version: string;
  readonly record: KeyRecord;
  /** Milliseconds since the last write of this record. */
  readonly ageMs: number;
  /** Milliseconds until retention ends; 0 or less is expired. */
  readonly expiresInMs: number;
}

/** The state of what stands under a key, as a reader may see it. */
export type KeyState = "in-progress" | "abandoned" | "completed" | "released" | "expired";

/** Names the state of what a store returned; nothing at all is `"expired"`. */
export function stateOf(stored: Stored | undefined): KeyState {
  if (stored === undefined || stored.expiresInMs <= 0) return "expired";
  const { record } = stored;
  if (record.state !== "in-progress") return record.state;
  return stored.ageMs >= record.leaseMs ? "abandoned" : "in-progress";
}

/** Tells a result that was kept from one that was omitted. */
export function isOmitted(result: Uint8Array | Omitted): result is Omitted {
  return !(result instanceof Uint8Array) && result.omitted;
}
