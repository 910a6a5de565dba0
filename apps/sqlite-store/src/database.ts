/** What the store needs of a driver. `better-sqlite3`, `libsql` and `node:sqlite` have it, and are synchronous alike. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

/** A prepared statement. */
export interface SqliteStatement {
  /** The first row; `undefined` where there is none. */
  get(...values: SqliteValue[]): unknown;
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
}

export type SqliteValue = string | number | Uint8Array;

/** Makes the table where it is missing. Run it when you deploy; the store itself never changes a schema. */
export function migrate(database: SqliteDatabase): void {
  database.exec(`
    pragma journal_mode = wal;
    create table if not exists oncekey (
      id text primary key,
      version text not null,
      record blob not null,
      written_at_ms integer not null,
      expires_at_ms integer not null
    ) strict, without rowid;
    create index if not exists oncekey_expiry on oncekey (expires_at_ms);
  `);
}
