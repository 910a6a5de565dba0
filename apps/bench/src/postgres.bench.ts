import { randomBytes } from "node:crypto";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { startPostgres } from "@oncekey/services";
import { Pool } from "pg";
import { processorTimes } from "./postgres-cpu.js";
import { type Alone, alone } from "./stores/alone.js";
import { storeContender } from "./stores/ours.js";
import { FLOOR_TABLE, postgresFloor } from "./stores/postgres.js";
import type { BenchGroup, BenchSuite } from "./suite.js";

const KEPT = 512;
const BURST = 64;

/** Where the driver's statements are named, the store does what it does by default: it prepares them too. */
function contendersOn(pool: Pool, prepare: boolean): readonly [Alone, Alone] {
  const store = prepare ? new PostgresStore(pool) : new PostgresStore(pool, { prepare });
  return [
    alone(postgresFloor(pool, prepare), "bare driver"),
    alone(storeContender("PostgresStore", "pg", store), "PostgresStore"),
  ];
}

function groupsOf(contenders: readonly [Alone, Alone], kept: readonly string[], how: string): BenchGroup[] {
  let next = 0;
  const one = (path: "first" | "replay") => (contender: Alone) => () =>
    contender[path](path === "first" ? randomBytes(32).toString("base64url") : (kept[next++ % KEPT] ?? ""));
  const burst = (path: "first" | "replay") => (contender: Alone) => {
    const run = one(path)(contender);
    return () => Promise.all(Array.from({ length: BURST }, run));
  };
  const hot = ({ replay }: Alone) => {
    return () => Promise.all(Array.from({ length: BURST }, () => replay(kept[0] ?? "")));
  };
  const group = (title: string, wanted: string, make: (contender: Alone) => () => Promise<unknown>): BenchGroup => {
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
    await pool.query(FLOOR_TABLE);
    const kept = Array.from({ length: KEPT }, () => randomBytes(32).toString("base64url"));
    const groups = [true, false].map((prepare) => {
      return {
        contenders: contendersOn(pool, prepare),
        how: prepare ? "prepared statements" : "no prepared statements",
      };
    });
    for (const contender of groups[0]?.contenders ?? []) await contender.keep(kept);
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
