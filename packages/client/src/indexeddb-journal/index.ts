import { patched } from "../journal/apply.js";
import type { Journal, JournalPatch, OperationRecord } from "../journal/types.js";
import type { Database, IndexedDB, ObjectStore, Request } from "./indexeddb.js";

export interface IndexedDBJournalOptions {
  /** The runtime's own, unless given. */
  readonly indexedDB?: IndexedDB;
}

const STORE = "operations";

/**
 * Opens a journal in IndexedDB, for pages, workers and service workers; all of one origin share it.
 *
 * A claim is on the disk before it resolves (`durability: "strict"`), and nothing is taken out before its answer is there.
 *
 * @param name The name of the database; it is made where there is none.
 */
export async function indexedDBJournal(name = "oncekey", options: IndexedDBJournalOptions = {}): Promise<Journal> {
  const factory = options.indexedDB ?? Reflect.get(globalThis, "indexedDB");
  if (factory === undefined) throw new TypeError("indexedDBJournal: this runtime has no indexedDB");
  return new DatabaseJournal(await openDatabase(factory, name));
}

/** What is kept: the record, and its place in the order of claims. */
interface Kept {
  readonly order?: number;
  readonly operationId: string;
  readonly record: OperationRecord;
}

class DatabaseJournal implements Journal {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    // Another page wants a newer version: it must not wait for this one.
    database.onversionchange = () => database.close();
  }

  claim(record: OperationRecord): Promise<OperationRecord> {
    return this.#write(async (store) => {
      const kept = await find(store, record.operationId);
      if (kept !== undefined) return kept.record;
      await done(store.add({ operationId: record.operationId, record } satisfies Kept));
      return record;
    });
  }

  async update(operationId: string, patch: JournalPatch): Promise<void> {
    await this.#write(async (store) => {
      const kept = await find(store, operationId);
      if (kept !== undefined) await done(store.put({ ...kept, record: patched(kept.record, patch) }));
    });
  }

  async get(operationId: string): Promise<OperationRecord | undefined> {
    const store = this.#database.transaction(STORE, "readonly").objectStore(STORE);
    return (await find(store, operationId))?.record;
  }

  async *list(): AsyncGenerator<OperationRecord> {
    const store = this.#database.transaction(STORE, "readonly").objectStore(STORE);
    const all = (await done(store.getAll())) as readonly Kept[];
    for (const { record } of all) yield record;
  }

  async delete(operationId: string): Promise<void> {
    await this.#write(async (store) => {
      const kept = await find(store, operationId);
      if (kept?.order !== undefined) await done(store.delete(kept.order));
    });
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  /** Runs `change` in one transaction; resolves when that is on the disk. */
  #write<Result>(change: (store: ObjectStore) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
      let result: Promise<Result> | undefined;
      transaction.oncomplete = () => resolve(result as Promise<Result>);
      transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
      result = change(transaction.objectStore(STORE));
      // Whatever `change` throws ends the transaction; the promise above tells it.
      result.catch(() => transaction.abort());
    });
  }
}

/** The transaction stays open, because only its own requests are awaited. */
async function find(store: ObjectStore, operationId: string): Promise<Kept | undefined> {
  return (await done(store.index("operationId").get(operationId))) as Kept | undefined;
}

function done(request: Request): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function openDatabase(factory: IndexedDB, name: string): Promise<Database> {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(STORE, { keyPath: "order", autoIncrement: true });
    store.createIndex("operationId", "operationId", { unique: true });
  };
  return done(request) as Promise<Database>;
}
