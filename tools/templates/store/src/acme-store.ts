import type { IdempotencyStore, KeyRecord, Removal, StoreCapabilities, Stored, Write } from "@oncekey/core";
import type { AcmeClient } from "./client.js";

/** Options of {@link AcmeStore}. */
export interface AcmeStoreOptions {
  /** Where records live. Default `oncekey`. */
  readonly prefix?: string;
}

/** What Acme can do. Users and the conformance suite read this same object. */
export const capabilities: StoreCapabilities = {
  clock: "store",
  resolutionMs: 1,
  skewMarginMs: 0,
  maxRecordBytes: 1_000_000,
  durability: "server",
  concurrent: true,
  transactional: false,
  list: false,
  sweep: false,
};

/**
 * Idempotency keys in Acme.
 *
 * Each operation is one atomic step on the server, and holds none of the rules about keys: those are in core. It never
 * opens, configures or closes the client.
 */
export class AcmeStore implements IdempotencyStore {
  readonly capabilities = capabilities;
  readonly #client: AcmeClient;
  readonly #prefix: string;

  constructor(client: AcmeClient, { prefix = "oncekey" }: AcmeStoreOptions = {}) {
    if (prefix === "")
      throw new TypeError("AcmeStore: prefix is empty; leave it out, or name the place of the records");
    this.#client = client;
    this.#prefix = prefix;
  }

  get(id: string): Promise<Stored | undefined> {
    return this.#unwritten("get", [id]);
  }

  create(id: string, version: string, _record: KeyRecord, retentionMs: number): Promise<Write> {
    return this.#unwritten("create", [id, version, retentionMs]);
  }

  replace(id: string, expected: string, version: string, _record: KeyRecord, keepMs = 0): Promise<Write> {
    return this.#unwritten("replace", [id, expected, version, keepMs]);
  }

  remove(id: string, expected: string): Promise<Removal> {
    return this.#unwritten("remove", [id, expected]);
  }

  /** Delete this when the four are written: encodeRecord() of core makes the bytes, decodeRecord() reads them. */
  async #unwritten(operation: string, values: readonly (string | number)[]): Promise<never> {
    await this.#client.send(`${this.#prefix}:${operation}`, values);
    throw new Error(`AcmeStore.${operation} is not written yet`);
  }
}
