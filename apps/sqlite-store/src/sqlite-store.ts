import {
  decodeRecord,
  encodeRecord,
  type KeyRecord,
  OncekeyError,
  type Removal,
  type StoreCapabilities,
  type Stored,
  type SweepableStore,
  type Write,
} from "@oncekey/core";
import type { SqliteDatabase, SqliteStatement } from "./database.js";

export const capabilities: StoreCapabilities = Object.freeze({
  // The file is on one machine, and so are all its users: they share that machine's clock.
  clock: "store",
  resolutionMs: 1,
  skewMarginMs: 0,
  maxRecordBytes: 4 * 1024 * 1024,
  durability: "server",
  concurrent: true,
  transactional: false,
  list: false,
  sweep: true,
});

/** A live row. */
interface Row {
  readonly version: string;
  readonly record: Uint8Array;
  readonly written_at_ms: number;
  readonly expires_at_ms: number;
}

/** Keys in a table of SQLite, through a connection of yours: `pragma busy_timeout` and `synchronous` are up to you. */
export class SqliteStore implements SweepableStore {
  readonly capabilities = capabilities;
  readonly #database: SqliteDatabase;
  readonly #read: SqliteStatement;
  readonly #write: SqliteStatement;
  readonly #remove: SqliteStatement;
  readonly #sweep: SqliteStatement;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.#read = database.prepare("select version, record, written_at_ms, expires_at_ms from oncekey where id = ?");
    this.#write = database.prepare("insert or replace into oncekey values (?, ?, ?, ?, ?)");
    this.#remove = database.prepare("delete from oncekey where id = ?");
    this.#sweep = database.prepare(
      "delete from oncekey where id in (select id from oncekey where expires_at_ms <= ? limit ?)",
    );
  }

  async get(id: string): Promise<Stored | undefined> {
    // The time before the row: at that time, or when the row was written if that was later, this is what stood.
    const nowMs = Date.now();
    const row = await asked(() => this.#row(id, nowMs));
    return row && storedFrom(row, nowMs);
  }

  create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    return this.#step(id, (standing, nowMs) => {
      if (standing?.version === version) return { written: true, stored: storedFrom(standing, nowMs) };
      if (standing !== undefined) return { written: false, current: storedFrom(standing, nowMs) };
      return this.#written(id, version, record, nowMs, nowMs + retentionMs);
    });
  }

  replace(id: string, expected: string, version: string, record: KeyRecord, keepMs = 0): Promise<Write> {
    return this.#step(id, (standing, nowMs) => {
      if (standing === undefined) return { written: false, current: undefined };
      if (standing.version === version) return { written: true, stored: storedFrom(standing, nowMs) };
      if (standing.version !== expected) return { written: false, current: storedFrom(standing, nowMs) };
      return this.#written(id, version, record, nowMs, Math.max(standing.expires_at_ms, nowMs + keepMs));
    });
  }

  remove(id: string, expected: string): Promise<Removal> {
    return this.#step(id, (standing, nowMs) => {
      if (standing !== undefined && standing.version !== expected) {
        return { written: false, current: storedFrom(standing, nowMs) };
      }
      this.#remove.run(id);
      return { written: true };
    });
  }

  sweep(limit = 1_000): Promise<number> {
    return asked(() => Number(this.#sweep.run(Date.now(), limit).changes));
  }

  /** Runs `body` on what stands under an id. Nobody else writes meanwhile, in this process or another. */
  #step<Answer>(id: string, body: (standing: Row | undefined, nowMs: number) => Answer): Promise<Answer> {
    return asked(() => {
      this.#database.exec("begin immediate");
      try {
        const nowMs = Date.now();
        const answer = body(this.#row(id, nowMs), nowMs);
        this.#database.exec("commit");
        return answer;
      } catch (error) {
        this.#database.exec("rollback");
        throw error;
      }
    });
  }

  #written(id: string, version: string, record: KeyRecord, nowMs: number, expiresAtMs: number): Write {
    const bytes = encodeRecord(record);
    if (bytes.byteLength > capabilities.maxRecordBytes) {
      const sizes = `${bytes.byteLength} bytes, and the store takes ${capabilities.maxRecordBytes}`;
      throw new OncekeyError("RECORD_TOO_LARGE", `SqliteStore: the record has ${sizes}`);
    }
    this.#write.run(id, version, bytes, nowMs, expiresAtMs);
    return {
      written: true,
      stored: { version, record: decodeRecord(bytes), ageMs: 0, expiresInMs: expiresAtMs - nowMs },
    };
  }

  #row(id: string, nowMs: number): Row | undefined {
    const row = this.#read.get(id);
    return isRow(row) && row.expires_at_ms > Math.max(nowMs, row.written_at_ms) ? row : undefined;
  }
}

function storedFrom({ version, record, written_at_ms, expires_at_ms }: Row, nowMs: number): Stored {
  const atMs = Math.max(nowMs, written_at_ms);
  // A copy of the bytes: what a driver gives may be a Buffer, or a view of something larger.
  const decoded = decodeRecord(new Uint8Array(record));
  return { version, record: decoded, ageMs: atMs - written_at_ms, expiresInMs: expires_at_ms - atMs };
}

function isRow(row: unknown): row is Row {
  return typeof row === "object" && row !== null && "version" in row;
}

/** Only faults throw: the driver's error is the cause of ours, and an error of ours stays as it is. */
async function asked<Answer>(ask: () => Answer): Promise<Answer> {
  try {
    return ask();
  } catch (error) {
    if (error instanceof OncekeyError) throw error;
    throw new Error("SqliteStore: the database did not do it", { cause: error });
  }
}
