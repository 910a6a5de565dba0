import { randomBytes } from "node:crypto";
import type { Completed, InProgress } from "@oncekey/core";
import { createDatabase } from "@oncekey/services";
import { Pool, type PoolClient, type PoolConfig } from "pg";
import { afterAll, expect } from "vitest";
import { migrate, PostgresStore } from "../src/index.js";

export const HOUR_MS = 3_600_000;

/** A migrated database of its own for a test file, with a pool and a store on it; closed when the file ends. */
export async function openDatabase(config: PoolConfig = {}) {
  const url = await createDatabase();
  const pools: Pool[] = [];
  const connect = (more: PoolConfig = {}): Pool => {
    const pool = new Pool({ connectionString: url, max: 16, ...config, ...more });
    pool.on("error", () => {}); // connections that a test ends on purpose
    pools.push(pool);
    return pool;
  };
  afterAll(() => Promise.all(pools.map((pool) => pool.end())));
  const pool = connect();
  await migrate(pool);
  return { url, pool, connect, store: new PostgresStore(pool) };
}

/** The length and the letters of a real id, and new every time. */
export function freshId(): string {
  return randomBytes(32).toString("base64url");
}

export function freshVersion(): string {
  return randomBytes(9).toString("base64url");
}

export function running(attempt = 1): InProgress {
  return { state: "in-progress", fingerprint: "s1:test", attempt, leaseMs: 30_000 };
}

export function completed(result: Uint8Array = Uint8Array.of(1, 2, 3)): Completed {
  return { state: "completed", fingerprint: "s1:test", attempt: 1, result };
}

/** A record that is in nobody's way: its id and version. */
export async function given(store: PostgresStore, record = running(), retentionMs = HOUR_MS) {
  const id = freshId();
  const version = freshVersion();
  expect(await store.create(id, version, record, retentionMs)).toMatchObject({ written: true });
  return { id, version };
}

/** Ends the retention of a record that long ago, instead of waiting for it. */
export async function expire(pool: Pool, id: string, agoMs: number): Promise<void> {
  const text =
    "UPDATE oncekey_records SET expires_at = clock_timestamp() - $2 * interval '1 millisecond' WHERE id = $1";
  expect((await pool.query(text, [id, agoMs])).rowCount).toBe(1);
}

/** Resolves when that many sessions have waited for a lock for longer than `ms`. */
export async function untilBlocked(pool: Pool, count: number, ms = 0): Promise<void> {
  const text = `SELECT count(*)::int AS blocked FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
      AND clock_timestamp() - query_start > $1 * interval '1 millisecond'`;
  await expect
    .poll(async () => (await pool.query<{ blocked: number }>(text, [ms])).rows[0]?.blocked, { timeout: 20_000 })
    .toBe(count);
}

/** Runs `body` in a transaction on a connection of its own; commits it, or rolls it back where `body` throws. */
export async function inTransaction(pool: Pool, body: (client: PoolClient) => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await body(client);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

/** The same, and rolls it back in any case. */
export async function inUndone(pool: Pool, body: (client: PoolClient) => Promise<unknown>): Promise<void> {
  const enough = new Error("rolled back on purpose");
  const transaction = inTransaction(pool, async (client) => {
    await body(client);
    throw enough;
  });
  await transaction.catch((error: unknown) => {
    if (error !== enough) throw error;
  });
}
