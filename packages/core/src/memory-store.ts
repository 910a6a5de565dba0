import { OncekeyError } from "./errors.js";
import { requireFunctions, requireWholeNumber } from "./option-checks.js";
import type { KeyRecord, Stored } from "./record.js";
import type { ListableStore, Page, Removal, StoreCapabilities, SweepableStore, Write } from "./store.js";

/** Options of {@link MemoryStore}. */
export interface MemoryStoreOptions {
  /** The most live records it holds; one more is refused with `STORE_FULL`. Default 100,000. */
  readonly maxEntries?: number;
  /** Its clock, in milliseconds; only differences count. Default: a monotonic clock of the runtime. */
  readonly nowMs?: () => number;
}

interface Entry {
  version: string;
  record: KeyRecord;
  writtenAtMs: number;
  expiresAtMs: number;
}

/**
 * Keys in the memory of one process: for tests, and for services of a single process that may forget on restart.
 *
 * Bounded. When it is full of live records it refuses new keys; it never evicts one, because a key that is forgotten
 * early is an operation that runs twice.
 */
export class MemoryStore implements SweepableStore, ListableStore {
  readonly capabilities: StoreCapabilities = Object.freeze({
    clock: "store",
    resolutionMs: 1,
    skewMarginMs: 0,
    maxRecordBytes: Number.MAX_SAFE_INTEGER,
    durability: "memory",
    concurrent: false,
    transactional: false,
    list: true,
    sweep: true,
  });

  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  readonly #nowMs: () => number;

  constructor(options: MemoryStoreOptions = {}) {
    const { maxEntries = 100_000, nowMs = () => performance.now() } = options;
    this.#maxEntries = requireWholeNumber("MemoryStore maxEntries", maxEntries, 1);
    requireFunctions({ nowMs }, ["nowMs"], "MemoryStore ");
    this.#nowMs = nowMs;
  }

  async get(id: string): Promise<Stored | undefined> {
    const nowMs = this.#nowMs();
    const entry = this.#live(id, nowMs);
    return entry && view(entry, nowMs);
  }

  async create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    const nowMs = this.#nowMs();
    const standing = this.#live(id, nowMs);
    if (standing !== undefined) {
      const current = view(standing, nowMs);
      return standing.version === version ? { written: true, stored: current } : { written: false, current };
    }
    this.#makeRoom(nowMs);
    const entry: Entry = {
      version,
      record: structuredCopy(record),
      writtenAtMs: nowMs,
      expiresAtMs: nowMs + retentionMs,
    };
    this.#entries.set(id, entry);
    return { written: true, stored: viewOf(entry, record, nowMs) };
  }

  async replace(id: string, expected: string, version: string, record: KeyRecord, keepMs = 0): Promise<Write> {
    const nowMs = this.#nowMs();
    const entry = this.#live(id, nowMs);
    if (entry === undefined) return { written: false, current: undefined };
    if (entry.version === version) return { written: true, stored: view(entry, nowMs) };
    if (entry.version !== expected) return { written: false, current: view(entry, nowMs) };
    entry.version = version;
    entry.record = structuredCopy(record);
    entry.writtenAtMs = nowMs;
    entry.expiresAtMs = Math.max(entry.expiresAtMs, nowMs + keepMs);
    return { written: true, stored: viewOf(entry, record, nowMs) };
  }

  async remove(id: string, expected: string): Promise<Removal> {
    const nowMs = this.#nowMs();
    const entry = this.#live(id, nowMs);
    if (entry !== undefined && entry.version !== expected) return { written: false, current: view(entry, nowMs) };
    this.#entries.delete(id);
    return { written: true };
  }

  async sweep(limit = 1_000): Promise<number> {
    return this.#sweep(this.#nowMs(), limit);
  }

  async list(options: { readonly cursor?: string; readonly limit?: number } = {}): Promise<Page> {
    const { cursor = "", limit = 100 } = options;
    const nowMs = this.#nowMs();
    const live = [...this.#entries].filter(([id, { expiresAtMs }]) => id > cursor && expiresAtMs > nowMs);
    live.sort(([a], [b]) => (a < b ? -1 : 1));
    const entries = live.slice(0, limit).map(([id, entry]) => ({ id, stored: view(entry, nowMs) }));
    const last = entries.at(-1);
    return last !== undefined && live.length > limit ? { entries, cursor: last.id } : { entries };
  }

  #live(id: string, nowMs: number): Entry | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && entry.expiresAtMs > nowMs ? entry : undefined;
  }

  #makeRoom(nowMs: number): void {
    if (this.#entries.size < this.#maxEntries) return;
    if (this.#sweep(nowMs, Number.POSITIVE_INFINITY) > 0) return;
    throw new OncekeyError(
      "STORE_FULL",
      `MemoryStore holds ${this.#maxEntries} live records and evicts none; raise maxEntries or shorten retentionMs`,
    );
  }

  #sweep(nowMs: number, limit: number): number {
    let swept = 0;
    for (const [id, entry] of this.#entries) {
      if (swept >= limit) break;
      if (entry.expiresAtMs > nowMs) continue;
      this.#entries.delete(id);
      swept += 1;
    }
    return swept;
  }
}

function view(entry: Entry, nowMs: number): Stored {
  return viewOf(entry, structuredCopy(entry.record), nowMs);
}

/** A writer is given its own record back, not ours. */
function viewOf(entry: Entry, record: KeyRecord, nowMs: number): Stored {
  const { version, writtenAtMs, expiresAtMs } = entry;
  return { version, record, ageMs: nowMs - writtenAtMs, expiresInMs: expiresAtMs - nowMs };
}

/** Bytes are copied on the way in and out, as a database would: nobody shares a buffer with the store. */
function structuredCopy(record: KeyRecord): KeyRecord {
  if (record.state === "completed" && record.result instanceof Uint8Array) {
    return { ...record, result: new Uint8Array(record.result) };
  }
  if (record.state === "in-progress" && record.checkpoints !== undefined) return structuredClone(record);
  return record;
}
