import { encodeRecord, type IdempotencyStore, type KeyRecord, type Stored } from "@oncekey/core";
import type { StandingAnswer, StoreAnswer, StoreCall, StoreOperation } from "./store-model.js";

/** What is written down of a call: that it is about to be sent, and what it was answered. `call` counts a caller's calls. */
export type HistoryEntry =
  | {
      readonly at: "call";
      readonly call: number;
      readonly by: string;
      readonly ms: number;
      readonly key: string;
      readonly does: StoreCall;
    }
  | {
      readonly at: "answer";
      readonly call: number;
      readonly by: string;
      readonly ms: number;
      readonly answer: StoreAnswer;
    };

/** Options of {@link recording}. */
export interface RecordingOptions {
  /** Names the caller; no two of a history have the same name. */
  readonly by: string;
  /** A monotonic clock that all callers share, in milliseconds. */
  readonly nowMs: () => number;
  /**
   * Keeps an entry. It must be kept when this returns: what a process sends to another one and loses when it is killed
   * makes a sound store look wrong.
   */
  readonly keep: (entry: HistoryEntry) => void;
}

/**
 * The same store, with its four operations written down. A call that throws has no answer: it may have been applied.
 *
 * The client must not repeat calls by itself: one that was applied, and is refused when it is repeated, would be written
 * down as refused.
 */
export function recording(store: IdempotencyStore, { by, nowMs, keep }: RecordingOptions): IdempotencyStore {
  let calls = 0;
  const recorded = async <Answer>(
    key: string,
    does: StoreCall,
    send: () => Promise<Answer>,
    read: (answer: Answer) => StoreAnswer,
  ): Promise<Answer> => {
    const call = calls++;
    keep({ at: "call", call, by, ms: nowMs(), key, does });
    const answer = await send();
    keep({ at: "answer", call, by, ms: nowMs(), answer: read(answer) });
    return answer;
  };
  return {
    capabilities: store.capabilities,
    get: (id) =>
      recorded(
        id,
        { op: "get" },
        () => store.get(id),
        (stored) => standing(stored),
      ),
    create: (id, version, record, keepMs) =>
      recorded(
        id,
        { op: "create", version, record: textOf(record), keepMs },
        () => store.create(id, version, record, keepMs),
        (write) => ({ written: write.written, ...standing(write.written ? write.stored : write.current) }),
      ),
    replace: (id, expected, version, record, keepMs) =>
      recorded(
        id,
        { op: "replace", expected, version, record: textOf(record), ...(keepMs !== undefined && { keepMs }) },
        () => store.replace(id, expected, version, record, keepMs),
        (write) => ({ written: write.written, ...standing(write.written ? write.stored : write.current) }),
      ),
    remove: (id, expected) =>
      recorded(
        id,
        { op: "remove", expected },
        () => store.remove(id, expected),
        (removal) => ({ written: removal.written, ...(!removal.written && standing(removal.current)) }),
      ),
  };
}

/** The operations of entries, in any order of their callers. */
export function operationsOf(entries: Iterable<HistoryEntry>): readonly StoreOperation[] {
  const operations = new Map<string, StoreOperation>();
  for (const entry of entries) {
    const { by, ms } = entry;
    const name = `${by} ${entry.call}`;
    if (entry.at === "call") {
      operations.set(name, { key: entry.key, by, startMs: ms, endMs: Number.POSITIVE_INFINITY, call: entry.does });
      continue;
    }
    const called = operations.get(name);
    if (called === undefined)
      throw new TypeError(`a history: the answer to call ${entry.call} of ${by} comes before the call`);
    operations.set(name, { ...called, endMs: ms, answer: entry.answer });
  }
  return [...operations.values()];
}

function standing(stored: Stored | undefined): { stands?: StandingAnswer } {
  if (stored === undefined) return {};
  const { version, record, ageMs, expiresInMs } = stored;
  return { stands: { version, record: textOf(record), ageMs, expiresInMs } };
}

/** A text for a record: its state, its attempt and a check sum of all of it. */
function textOf(record: KeyRecord): string {
  let sum = 0x811c9dc5;
  // FNV-1a: what comes back changed has another sum, but for one in four thousand million.
  for (const byte of encodeRecord(record)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return `${record.state} ${record.attempt} ${sum.toString(16)}`;
}
