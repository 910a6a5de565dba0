import type { IdempotencyStore, KeyRecord, MemoryStore, Removal, Stored, Write } from "../src/index.js";

/** A transaction over a memory store: its one `replace` is judged at once and applied at `commit()`, or never. */
export class TransactionalMemory implements IdempotencyStore {
  readonly #store: MemoryStore;
  #apply: (() => Promise<Write>) | undefined;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  get capabilities() {
    return this.#store.capabilities;
  }

  get(id: string): Promise<Stored | undefined> {
    return this.#store.get(id);
  }

  create(): Promise<Write> {
    return Promise.reject(new Error("this transaction only replaces"));
  }

  async replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    const current = await this.#store.get(id);
    if (current?.version !== expected) return { written: false, current };
    this.#apply = () => this.#store.replace(id, expected, version, record, keepMs);
    return { written: true, stored: { ...current, version, record, ageMs: 0 } };
  }

  remove(): Promise<Removal> {
    return Promise.reject(new Error("this transaction only replaces"));
  }

  async commit(): Promise<void> {
    const write = await this.#apply?.();
    if (!write?.written) throw new Error("could not serialize access");
  }
}
