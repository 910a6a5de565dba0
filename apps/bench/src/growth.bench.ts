import { createHash, randomBytes } from "node:crypto";
import { type Completed, encodeRecord, type IdempotencyStore, type InProgress } from "@oncekey/core";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { startPostgres } from "@oncekey/services";
import { Pool, type PoolClient } from "pg";
import type { BenchCase, BenchGroup, BenchSuite } from "./suite.js";

const DAY_MS = 86_400_000;
/** How many live records are held at a time; the first is what the others are compared with. */
export const SIZES = (process.env["ONCEKEY_BENCH_RECORDS"] ?? "10000,1000000").split(",").map(Number);
/** The database's own cache; 10 million records take 8 GB. */
const SHARED_BUFFERS = process.env["ONCEKEY_BENCH_SHARED_BUFFERS"] ?? "1GB";
const CALLERS = 8;
const WINDOW_MS = 1_500;
const WINDOWS = 4;
/** What expires at a time where the sweeper's effect is measured. */
const EXPIRED = 60_000;

const fingerprint = `s1:${"x".repeat(43)}`;
export const running: InProgress = { state: "in-progress", fingerprint, attempt: 1, leaseMs: 30_000 };
export const completed: Completed = { state: "completed", fingerprint, attempt: 1, result: randomBytes(350) };

/** A store with that many live records, as a first request each would have left them. */
export interface Grown {
  readonly count: number;
  readonly store: IdempotencyStore;
  /** The id of the n-th record, from 1 on. */
  readonly idOf: (n: number) => string;
  /** The least that could work, on the same records: what of the growth is the database's own. */
  readonly floor?: Floor;
}

interface Floor {
  first(id: string): Promise<unknown>;
  replay(id: string): Promise<unknown>;
}

interface GrownTable extends Grown {
  readonly table: string;
  readonly store: PostgresStore;
}

/** The id of the n-th record; `fill` says the same in SQL. */
function idOf(n: number): string {
  return createHash("sha256").update(`grown ${n}`).digest("base64url");
}

async function fill(client: Pool | PoolClient, table: string, from: number, to: number, life: string): Promise<void> {
  const text = `INSERT INTO ${table} (written_at, expires_at, id, version, record)
    SELECT now(), now() + ${life}, made.id, substr(made.id, 1, 12), $3::bytea
    FROM generate_series($1::bigint, $2::bigint) AS n,
      LATERAL (SELECT translate(encode(sha256(convert_to('grown ' || n, 'UTF8')), 'base64'), '+/=', '-_') AS id) AS made`;
  await client.query(text, [from, to, encodeRecord(completed)]);
}

/**
 * The indexes are made after the rows, and in the transaction that emptied the table, so that nothing is logged: they are
 * the same indexes, in a tenth of the time.
 */
async function grow(pool: Pool, count: number): Promise<GrownTable> {
  const table = `grown_${count}`;
  await migrate(pool, { table });
  const client = await pool.connect();
  await client.query(`BEGIN; TRUNCATE ${table}; DROP INDEX ${table}_expires_at_idx;
    ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`);
  await fill(client, table, 1, count, "interval '7 days' + n * interval '1 ms'");
  await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (id); CREATE INDEX ON ${table} (expires_at); COMMIT`);
  client.release();
  await pool.query(`VACUUM ANALYZE ${table}`);
  return { count, table, store: new PostgresStore(pool, { table }), idOf, floor: bareDriver(pool, table) };
}

function bareDriver(pool: Pool, table: string): Floor {
  const send = (path: string, text: string, values: unknown[]) =>
    pool.query({ name: `${path} ${table}`, text, values });
  const insert = `INSERT INTO ${table} (written_at, expires_at, id, version, record)
    VALUES (now(), now() + interval '1 day', $1, $2, $3) ON CONFLICT DO NOTHING`;
  const update = `UPDATE ${table} SET version = $2, record = $3 WHERE id = $1`;
  const bytes = { running: Buffer.from(encodeRecord(running)), completed: Buffer.from(encodeRecord(completed)) };
  return {
    first: async (id) => {
      await send("insert", insert, [id, "v1", bytes.running]);
      await send("update", update, [id, "v2", bytes.completed]);
    },
    replay: (id) => send("select", `SELECT record FROM ${table} WHERE id = $1`, [id]),
  };
}

function labelOf({ count }: Grown): string {
  return count >= 1e6 ? `${count / 1e6} million` : `${count / 1e3} thousand`;
}

function casesOf(grown: readonly Grown[], run: (each: Grown) => () => Promise<unknown>): BenchGroup["cases"] {
  const [baseline, ...others] = grown.map(
    (each): BenchCase => ({ name: `${labelOf(each)} live records`, run: run(each) }),
  );
  if (baseline === undefined) throw new TypeError("ONCEKEY_BENCH_RECORDS names no number of records");
  return [baseline, ...others];
}

/** First requests and replays, alone and 64 at once, on each of the stores; `remark` stands below the last. */
export function growthGroups(grown: readonly Grown[], remark: string): BenchGroup[] {
  const wanted = "Wanted: a time of at most 1.2.";
  const anyOf = ({ count, idOf }: Grown) => idOf(1 + Math.floor(Math.random() * count));
  const freshId = () => randomBytes(32).toString("base64url");
  const first = async ({ store }: Grown) => {
    const id = freshId();
    await store.create(id, "v1", running, DAY_MS);
    await store.replace(id, "v1", "v2", completed);
  };
  const replay = (each: Grown) => each.store.create(anyOf(each), "v3", running, DAY_MS);
  const groupsOf = (title: string, note: string, path: (each: Grown) => Promise<unknown> | undefined): BenchGroup[] => {
    const burst = (each: Grown) => () => Promise.all(Array.from({ length: 64 }, () => path(each)));
    return [
      { title, note, cases: casesOf(grown, (each) => async () => path(each)) },
      { title: `${title}, 64 at once`, note, cases: casesOf(grown, burst) },
    ];
  };
  const bare = (path: (each: Grown) => Promise<unknown> | undefined, title: string) =>
    grown.every(({ floor }) => floor !== undefined)
      ? groupsOf(`${title}, by the bare driver`, "What of it is the database's own.", path)
      : [];
  const groups = [
    ...groupsOf("A first request", wanted, first),
    ...bare(({ floor }) => floor?.first(freshId()), "A first request"),
    ...groupsOf("A replay of any of them", wanted, replay),
    ...bare((each) => each.floor?.replay(anyOf(each)), "A replay of any of them"),
  ];
  return groups.map((group, index) =>
    index === groups.length - 1 ? { ...group, note: `${group.note}\n\n${remark}` } : group,
  );
}

/** How long first requests and replays take beside a sweeper that has plenty to do, and without one, in turns. */
async function sweepEffect(pool: Pool, table: GrownTable): Promise<string> {
  const alone: number[] = [];
  const beside: number[] = [];
  let swept = 0;
  for (let window = 0; window < WINDOWS; window++) {
    const from = table.count + 1 + window * EXPIRED;
    await fill(pool, table.table, from, from + EXPIRED - 1, "interval '-1 second'");
    await callFor(table, alone);
    const sweeper = { on: true };
    const sweeping = (async () => {
      while (sweeper.on) swept += await table.store.sweep();
    })();
    await callFor(table, beside);
    sweeper.on = false;
    await sweeping;
    while ((await table.store.sweep(10_000)) > 0);
    await pool.query(`VACUUM ${table.table}`);
  }
  const [p50, p99] = [0.5, 0.99].map((share) => `${at(alone, share)} without, ${at(beside, share)} beside it`);
  return (
    `A first request and a replay of ${CALLERS} callers, on ${labelOf(table)} live records, while a sweeper deletes 1,000 ` +
    `expired records at a time without a pause (${swept} in all): p50 ${p50}; p99 ${p99}.`
  );
}

async function callFor({ store, count }: GrownTable, latencies: number[]): Promise<void> {
  const end = performance.now() + WINDOW_MS;
  const caller = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      const id = randomBytes(32).toString("base64url");
      await store.create(id, "v1", running, DAY_MS);
      await store.replace(id, "v1", "v2", completed);
      await store.create(idOf(1 + Math.floor(Math.random() * count)), "v3", running, DAY_MS);
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

function at(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1)} ms`;
}

/** Whether claims and replays cost more where there are more records; `ONCEKEY_BENCH_RECORDS` says how many. */
export const growthSuite: BenchSuite = {
  name: "growth",
  open: async () => {
    const server = await startPostgres({
      settings: {
        fsync: "on",
        shared_buffers: SHARED_BUFFERS,
        max_wal_size: "8GB",
        maintenance_work_mem: "1GB",
        wal_level: "minimal",
        max_wal_senders: "0",
      },
    });
    const pool = new Pool({ connectionString: server.url, max: 10 });
    pool.on("error", () => {}); // the connections that end with the server
    const close = async () => {
      await pool.end();
      await server.stop();
    };
    try {
      const grown: GrownTable[] = [];
      for (const count of SIZES) grown.push(await grow(pool, count));
      const largest = grown.at(-1);
      const sweeping = largest === undefined ? "" : await sweepEffect(pool, largest);
      await pool.query("CHECKPOINT");
      return { groups: growthGroups(grown, sweeping), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};
