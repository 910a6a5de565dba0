import {
  encodeRecord,
  type KeyRecord,
  type ListableStore,
  MemoryStore,
  OncekeyError,
  type Page,
  type Removal,
  type StoreCapabilities,
  type Stored,
  type SweepableStore,
  type TransactionalStore,
  type Write,
} from "@oncekey/core";

/** What stands under an id. */
export interface Entry {
  readonly version: string;
  readonly record: KeyRecord;
  readonly writtenAtMs: number;
  readonly expiresAtMs: number;
}

/** What stands, by id. A transaction is a copy of it. */
export type Entries = Map<string, Entry>;

/** The limit of {@link SeamStore}: one that a case can reach. */
const LIMIT_BYTES = 1_100 * 1_024;

/**
 * A store in memory that keeps every rule, made of small steps that a subclass can get wrong one at a time. It exists for
 * the broken stores only; {@link MemoryStore} is the one to use.
 */
export class SeamStore implements SweepableStore, ListableStore, TransactionalStore<Entries> {
  readonly capabilities: StoreCapabilities = Object.freeze({
    ...new MemoryStore().capabilities,
    maxRecordBytes: LIMIT_BYTES,
    transactional: true,
  });

  protected readonly entries: Entries;
  protected readonly nowMs: () => number;

  constructor(nowMs: () => number, entries: Entries = new Map()) {
    this.nowMs = nowMs;
    this.entries = entries;
  }

  async get(id: string): Promise<Stored | undefined> {
    const entry = this.find(id);
    return entry && this.view(entry);
  }

  async create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    this.checkSize(record);
    const standing = this.findForCreate(id);
    if (standing !== undefined) return this.isRepeat(standing, version) ? this.wrote(standing) : this.refuse(standing);
    const nowMs = this.nowMs();
    const entry = { version, record: this.copyIn(record), writtenAtMs: nowMs, expiresAtMs: nowMs + retentionMs };
    this.entries.set(id, entry);
    return this.wrote(entry);
  }

  async replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    this.checkSize(record);
    const standing = this.find(id);
    if (standing === undefined) return { written: false, current: undefined };
    if (this.isRepeat(standing, version)) return this.wrote(standing);
    if (!this.mayReplace(standing, expected)) return this.refuse(standing);
    const entry = {
      version,
      record: this.copyIn(record),
      writtenAtMs: this.writtenAfterReplace(standing),
      expiresAtMs: this.expiryAfterReplace(standing, keepMs),
    };
    this.entries.set(id, entry);
    return this.wrote(entry);
  }

  async remove(id: string, expected: string): Promise<Removal> {
    const standing = this.find(id);
    if (standing !== undefined && !this.mayRemove(standing, expected)) {
      return { written: false, current: this.view(standing) };
    }
    this.entries.delete(id);
    return { written: true };
  }

  async sweep(limit = 1_000): Promise<number> {
    const expired = [...this.entries].filter(([, entry]) => this.isSweepable(entry)).slice(0, limit);
    for (const [id] of expired) this.entries.delete(id);
    return expired.length;
  }

  async list({ cursor = "", limit = 100 }: { readonly cursor?: string; readonly limit?: number } = {}): Promise<Page> {
    const live = [...this.entries.keys()].filter((id) => id > cursor && this.find(id) !== undefined).sort();
    const entries = live.slice(0, limit).flatMap((id) => {
      const entry = this.find(id);
      return entry === undefined ? [] : [{ id, stored: this.view(entry) }];
    });
    const last = entries.at(-1);
    return last !== undefined && live.length > limit ? { entries, cursor: last.id } : { entries };
  }

  /** Begins a transaction on a copy of what stands. It is not isolated from others: one at a time. */
  begin(): Entries {
    return new Map(this.entries);
  }

  within(transaction: Entries): SeamStore {
    return new SeamStore(this.nowMs, transaction);
  }

  commit(transaction: Entries): void {
    this.entries.clear();
    for (const [id, entry] of transaction) this.entries.set(id, entry);
  }

  protected find(id: string): Entry | undefined {
    const entry = this.entries.get(id);
    return entry !== undefined && this.isLive(entry) ? entry : undefined;
  }

  protected findForCreate(id: string): Entry | undefined {
    return this.find(id);
  }

  protected isLive(entry: Entry): boolean {
    return entry.expiresAtMs > this.nowMs();
  }

  protected isSweepable(entry: Entry): boolean {
    return !this.isLive(entry);
  }

  protected isRepeat(standing: Entry, version: string): boolean {
    return standing.version === version;
  }

  protected mayReplace(standing: Entry, expected: string): boolean {
    return standing.version === expected;
  }

  protected mayRemove(standing: Entry, expected: string): boolean {
    return standing.version === expected;
  }

  protected writtenAfterReplace(_standing: Entry): number {
    return this.nowMs();
  }

  protected expiryAfterReplace(standing: Entry, keepMs = 0): number {
    return Math.max(standing.expiresAtMs, this.nowMs() + keepMs);
  }

  protected copyIn(record: KeyRecord): KeyRecord {
    return structuredClone(record);
  }

  protected copyOut(record: KeyRecord): KeyRecord {
    return structuredClone(record);
  }

  protected checkSize(record: KeyRecord): void {
    const bytes = encodeRecord(record).byteLength;
    if (bytes <= LIMIT_BYTES) return;
    throw new OncekeyError("RECORD_TOO_LARGE", `a record of ${bytes} bytes; this store takes ${LIMIT_BYTES} at most`);
  }

  protected wrote(entry: Entry): Write {
    return { written: true, stored: this.view(entry) };
  }

  protected refuse(standing: Entry): Write {
    return { written: false, current: this.view(standing) };
  }

  protected view(entry: Entry): Stored {
    const nowMs = this.nowMs();
    const { version, record, writtenAtMs, expiresAtMs } = entry;
    return { version, record: this.copyOut(record), ageMs: nowMs - writtenAtMs, expiresInMs: expiresAtMs - nowMs };
  }
}
