import type { IdempotencyStore, KeyRecord, Removal, StoreCapabilities, Stored, Write } from "@oncekey/core";
import type { DynamoDBStoreClient } from "./client.js";
import type { Moment } from "./moment.js";
import type { Settings } from "./options.js";
import type { Row } from "./rows.js";
import { type Found, Session } from "./session.js";
import { Statements } from "./statements.js";
import { encodedFor, momentOf, writeOf } from "./steps.js";
import type { Pending } from "./transaction.js";

/** The four operations in a transaction: they read the table, or what they have written here, and write down here. */
export class TransactionSteps implements IdempotencyStore {
  readonly capabilities: StoreCapabilities;
  readonly #client: DynamoDBStoreClient;
  readonly #settings: Settings;
  readonly #statements: Statements;
  readonly #writes: () => Map<string, Pending>;

  constructor(
    client: DynamoDBStoreClient,
    settings: Settings,
    capabilities: StoreCapabilities,
    writes: () => Map<string, Pending>,
  ) {
    this.capabilities = Object.freeze(capabilities);
    this.#client = client;
    this.#settings = settings;
    this.#statements = new Statements(settings);
    this.#writes = writes;
  }

  async get(id: string): Promise<Stored | undefined> {
    return (await this.#look("get", id)).found?.stored;
  }

  async create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    const view = await this.#look("create", id, version);
    if (view.found !== undefined) return writeOf(view.found, version);
    return this.#write(id, view, version, record, view.now.nowMs + retentionMs);
  }

  async replace(id: string, expected: string, version: string, record: KeyRecord, keepMs = 0): Promise<Write> {
    const view = await this.#look("replace", id, version);
    const { found, now } = view;
    if (found === undefined) return { written: false, current: undefined };
    if (found.row.version !== expected) return writeOf(found, version);
    return this.#write(id, view, version, record, Math.max(found.row.expiresAtMs, now.nowMs + keepMs));
  }

  async remove(id: string, expected: string): Promise<Removal> {
    const view = await this.#look("remove", id);
    const { found } = view;
    if (found !== undefined && found.row.version !== expected) return { written: false, current: found.stored };
    if (found !== undefined) this.#put(id, view, undefined);
    return { written: true };
  }

  /** What stands, as this transaction sees it. */
  async #look(step: "get" | "create" | "replace" | "remove", id: string, own?: string): Promise<View> {
    const session = new Session(this.#client, this.#settings, step);
    const now = momentOf(this.#settings);
    const pending = this.#writes().get(this.#key(id));
    if (pending === undefined) {
      const found = await session.standing(id, now, await session.read(id), own);
      return { session, now, found, inTable: found?.row.version };
    }
    const { standing, expected: inTable } = pending;
    if (standing === undefined || !now.isLive(standing.row)) return { session, now, found: undefined, inTable };
    const { row, record } = standing;
    return { session, now, found: { row, stored: now.own(row, record) }, inTable };
  }

  async #write(id: string, view: View, version: string, record: KeyRecord, expiresAtMs: number): Promise<Write> {
    const { session, now } = view;
    const { content, parts } = encodedFor("transaction", record, this.#settings, this.capabilities);
    // They are no part of the transaction, and nothing points at them if it is not done.
    await session.writeParts(id, version, parts, expiresAtMs);
    const row: Row = { version, writtenAtMs: now.nowMs, expiresAtMs, content };
    this.#put(id, view, { row, record });
    return { written: true, stored: now.own(row, record) };
  }

  #put(id: string, { inTable, now }: View, standing: Pending["standing"]): void {
    const item = this.#statements.transactional(id, inTable, standing?.row, now.limitMs);
    this.#writes().set(this.#key(id), { expected: inTable, standing, item });
  }

  #key(id: string): string {
    return `${this.#settings.names.table} ${id}`;
  }
}

/** What one operation sees under its key. */
interface View {
  readonly session: Session;
  readonly now: Moment;
  readonly found: Found | undefined;
  /** The version that the commit is to find in the table; `undefined`: nothing that lives. */
  readonly inTable: string | undefined;
}
