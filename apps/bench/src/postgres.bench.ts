import { randomBytes } from "node:crypto";
import { type Completed, encodeRecord, type InProgress } from "@oncekey/core";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { startPostgres } from "@oncekey/services";
import { Pool } from "pg";
import { processorTimes } from "./postgres-cpu.js";
import type { BenchGroup, BenchSuite } from "./suite.js";

const DAY_MS = 86_400_000;
const KEPT = 512;
const BURST = 64;

const fingerprint = `s1:${"x".repeat(43)}`;
const running: InProgress = { state: "in-progress", fingerprint, attempt: 1, leaseMs: 30_000 };
const completed: Completed = { state: "completed", fingerprint, attempt: 1, result: randomBytes(350) };
const runningBytes = encodeRecord(running);
const completedBytes = encodeRecord(completed);

/** A way to do the two things that are measured, for one id. */
interface Contender {
  readonly name: string;
  first(id: string): Promise<unknown>;
  replay(id: string): Promise<unknown>;
}

/** The least that could work: two statements by primary key and one to read, which judge nothing and keep no time. */
function bareDriver(pool: Pool, prepare: boolean): Contender {
  const send = (name: string, text: string, values: unknown[]) =>
    pool.query(prepare ? { name, text, values } : { text, values });
  return {
    name: "bare driver",
    first: async (id) => {
      await send("insert", "INSERT INTO floor VALUES ($1, $2, $3, now() + interval '1 day')", [id, "v1", runningBytes]);
      await send("update", "UPDATE floor SET version = $2, record = $3 WHERE id = $1", [id, "v2", completedBytes]);
    },
    replay: (id) => send("select", "SELECT record FROM floor WHERE id = $1", [id]),
  };
}

/** Where the driver's statements are named, the store does what it does by default: it prepares them too. */
function store(pool: Pool, prepare: boolean): Contender {
  const postgres = prepare ? new PostgresStore(pool) : new PostgresStore(pool, { prepare });
  return {
    name: "PostgresStore",
    first: async (id) => {
      await postgres.create(id, "v1", running, DAY_MS);
      await postgres.replace(id, "v1", "v2", completed);
    },
    replay: (id) => postgres.create(id, "v3", running, DAY_MS),
  };
}

function groupsOf(contenders: readonly [Contender, Contender], kept: readonly string[], how: string): BenchGroup[] {
  let next = 0;
  const one = (path: "first" | "replay") => (contender: Contender) => () =>
    contender[path](path === "first" ? randomBytes(32).toString("base64url") : (kept[next++ % KEPT] ?? ""));
  const burst = (path: "first" | "replay") => (contender: Contender) => {
    const run = one(path)(contender);
    return () => Promise.all(Array.from({ length: BURST }, run));
  };
  const hot = ({ replay }: Contender) => {
    return () => Promise.all(Array.from({ length: BURST }, () => replay(kept[0] ?? "")));
  };
  const group = (title: string, wanted: string, make: (contender: Contender) => () => Promise<unknown>): BenchGroup => {
    const [floor, ours] = contenders;
    const note = `Baseline: the bare driver's ${wanted}`;
    return {
      title: `${title}, ${how}`,
      note,
      cases: [
        { name: floor.name, run: make(floor) },
        { name: ours.name, run: make(ours) },
      ],
    };
  };
  const writes = "INSERT and UPDATE by primary key. Wanted: a speed of 0.95.";
  const read = "SELECT by primary key, of as many bytes. Wanted: a speed of 0.95.";
  return [
    group("A first request (claim + completion)", writes, one("first")),
    group(`${BURST} first requests at once, 10 connections`, writes, burst("first")),
    group("A replay", read, one("replay")),
    group(`${BURST} replays of different keys at once, 10 connections`, read, burst("replay")),
    group(`${BURST} replays of one key at once, 10 connections`, read, hot),
  ];
}

/** On a server whose commits are durable, as in production: `fsync` is on, and a first request waits for it twice. */
export const postgresSuite: BenchSuite = {
  name: "postgres",
  open: async () => {
    const server = await startPostgres({ settings: { fsync: "on", shared_buffers: "256MB", max_wal_size: "4GB" } });
    const pool = new Pool({ connectionString: server.url, max: 10, idleTimeoutMillis: 0 });
    pool.on("error", () => {}); // the connections that end with the server
    await migrate(pool);
    await pool.query(`CREATE TABLE floor (id text COLLATE "C" PRIMARY KEY, version text NOT NULL, record bytea NOT NULL,
      expires_at timestamptz NOT NULL) WITH (fillfactor = 70)`);
    const kept = Array.from({ length: KEPT }, () => randomBytes(32).toString("base64url"));
    const groups = [true, false].map((prepare) => {
      const contenders = [bareDriver(pool, prepare), store(pool, prepare)] as const;
      return { contenders, how: prepare ? "prepared statements" : "no prepared statements" };
    });
    for (const { first } of groups[0]?.contenders ?? []) for (const id of kept) await first(id);
    const all = groups.flatMap(({ contenders, how }) => groupsOf(contenders, kept, how));
    const measured: BenchGroup[] = [];
    for (const group of all) {
      await Promise.all(Array.from({ length: BURST }, () => pool.query("SELECT pg_sleep(0.02)")));
      for (let count = 0; count < 10; count++) for (const { run } of group.cases) await run();
      measured.push({ ...group, note: `${group.note} ${await processorTimes(pool, group.cases)}` });
    }
    return {
      groups: measured,
      close: async () => {
        await pool.end();
        await server.stop();
      },
    };
  },
};
