/*
 * The part of IndexedDB (W3C, Indexed Database API 3.0) that the journal uses, written out: the types of the DOM are not
 * there in every project that compiles against this package.
 */

export interface IndexedDB {
  open(name: string, version: number): OpenRequest;
}

export interface Request {
  readonly result: unknown;
  readonly error: unknown;
  onsuccess: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
}

export interface OpenRequest extends Request {
  readonly result: Database;
  onupgradeneeded: ((event: never) => unknown) | null;
}

export interface Database {
  onversionchange: ((event: never) => unknown) | null;
  createObjectStore(name: string, options: { keyPath: string; autoIncrement: boolean }): ObjectStore;
  transaction(store: string, mode: "readonly" | "readwrite", options?: { durability: "strict" }): Transaction;
  close(): void;
}

export interface Transaction {
  readonly error: unknown;
  oncomplete: ((event: never) => unknown) | null;
  onabort: ((event: never) => unknown) | null;
  objectStore(name: string): ObjectStore;
  abort(): void;
}

export interface ObjectStore {
  createIndex(name: string, keyPath: string, options: { unique: boolean }): unknown;
  index(name: string): { get(key: string): Request };
  add(value: unknown): Request;
  put(value: unknown): Request;
  delete(key: number): Request;
  getAll(): Request;
}
