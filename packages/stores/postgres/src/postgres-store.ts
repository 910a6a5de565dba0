import {
  type IdempotencyStore,
  isOncekeyError,
  type ListableStore,
  type OncekeyError,
  type Page,
  type Stored,
  type SweepableStore,
  type TransactionalStore,
} from "@oncekey/core";
import { readField, readStanding } from "./answer.js";
import { keepsStatements, type PostgresClient, type PreparingClient } from "./client.js";
import { checkClient, checkLimit, type PostgresStoreOptions, settingsOf } from "./options.js";
import { delivery } from "./query.js";
import { insideTransaction, plainly, prepared, preparedIfCarried, type Send, Session } from "./session.js";
import { PostgresSteps } from "./steps.js";

/** Far more than an answer should have, and far less than a `bytea` or a string can hold. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** PGlite works in the caller's own thread, and takes up to a second for a MiB. */
const MAX_EMBEDDED_RECORD_BYTES = 2 * 1024 * 1024;

/** Options with which the client has to keep prepared statements. */
type Preparing = PostgresStoreOptions & { readonly prepare: boolean };
type Plain = PostgresStoreOptions & { readonly prepare?: false };

/**
 * Keys in a table of PostgreSQL, through a client of yours: a `pg.Pool`, a `pg.Client` or a PGlite.
 *
 * The table and its functions are made by `migrate()`, never by this class. Each operation is one round trip (two for a
 * write that is refused by a take-over) and one transaction; the clock is the server's. The client is used as it is: never
 * opened, closed or configured.
 *
 * Give it the primary, never a replica, and a pool whose connections are not held by your handlers for their whole run:
 * a handler that holds the last one while the store waits for one waits for itself. Never give it a client that is inside a
 * transaction: that is what `within` is for, and here expiry would be judged by the start of the transaction.
 */
export class PostgresStore
  extends PostgresSteps
  implements SweepableStore, ListableStore, TransactionalStore<PostgresClient>
{
  readonly #session: Session;

  /** Throws a `TypeError` for options that make no sense, and for a client without a `query` method. */
  constructor(client: PostgresClient, options?: Plain);
  constructor(client: PreparingClient, options: Preparing);
  constructor(client: PreparingClient, options: PostgresStoreOptions = {}) {
    const { name, prepare, embedded, durability } = settingsOf(options);
    checkClient("PostgresStore", client);
    const session = new Session(
      sending(client, prepare ?? (keepsStatements(client) ? "if carried" : false)),
      name,
      true,
    );
    super(session, {
      clock: "store",
      resolutionMs: 1,
      skewMarginMs: 0,
      maxRecordBytes: embedded ? MAX_EMBEDDED_RECORD_BYTES : MAX_RECORD_BYTES,
      durability,
      concurrent: !embedded,
      transactional: true,
      list: true,
      sweep: true,
    });
    this.#session = session;
  }

  /**
   * The same store on a client that is inside a transaction of yours: what it writes stands when that commits.
   *
   * Whoever asks for the same key meanwhile waits for the end of your transaction; `SET LOCAL lock_timeout` in theirs
   * bounds the wait. Errors come as they are, with the driver's as `cause`; after one, Postgres takes nothing but a
   * rollback. At `repeatable read` and `serializable` one of them is 40001: run the transaction again.
   */
  within(transaction: PostgresClient): IdempotencyStore {
    checkClient("PostgresStore within", transaction);
    return new PostgresSteps(this.#session.inside(insideTransaction(transaction)), {
      ...this.capabilities,
      transactional: false,
      list: false,
      sweep: false,
    });
  }

  /** Deletes at most `limit` (default 1,000) expired records; answers how many. Sweepers beside each other share the work. */
  async sweep(limit = 1_000): Promise<number> {
    checkLimit("PostgresStore sweep", limit);
    return this.#session.ask("sweep", [limit], ([count]) => Number(count));
  }

  /** One page of the live records, by default of 100; those that cannot be read are named apart, and count towards it. */
  async list(options: { readonly cursor?: string; readonly limit?: number } = {}): Promise<Page> {
    const { cursor = "", limit = 100 } = options;
    checkLimit("PostgresStore list", limit);
    // One more than was asked for tells whether there is a next page.
    const found = await this.#session.ask("list", [cursor, limit + 1], (answers) => answers.map(readEntry));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const entries = page.flatMap(({ id, stored }) => (stored === undefined ? [] : [{ id, stored }]));
    const unreadable = page.flatMap(({ id, error }) => (error === undefined ? [] : [{ id, error }]));
    return {
      entries,
      ...(unreadable.length > 0 && { unreadable }),
      ...(last !== undefined && found.length > limit && { cursor: last.id }),
    };
  }
}

function sending(client: PreparingClient, prepare: boolean | "if carried"): Send {
  const deliver = delivery(client);
  if (prepare === false) return plainly(deliver);
  return prepare === true ? prepared(deliver) : preparedIfCarried(deliver);
}

/** What a row of a page holds: a record, or why it cannot be read; neither where it has just expired. */
interface Entry {
  readonly id: string;
  readonly stored?: Stored | undefined;
  readonly error?: OncekeyError;
}

function readEntry(answer: string | null): Entry {
  const text = answer ?? "";
  const [id, next] = readField(text, 0);
  try {
    return { id, stored: readStanding(text.slice(next)) };
  } catch (error) {
    if (!isOncekeyError(error)) throw error;
    return { id, error };
  }
}
