import { registerStoreConformance, type StoreFixture } from "@oncekey/conformance";
import { raceProcesses } from "@oncekey/conformance/processes";
import { carriesPreparedStatements, type PgBouncerOptions, startPgBouncer } from "@oncekey/services";
import { Pool, type PoolConfig } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { PostgresStore } from "../src/index.js";
import { completed, given, HOUR_MS, inTransaction, openDatabase, running } from "./harness.js";

const { url } = await openDatabase();
const carries = await carriesPreparedStatements();

/** A PgBouncer that hands each transaction to any of a few sessions, and what connects through it; ends with the file. */
async function openPooler(options: PgBouncerOptions) {
  const bouncer = await startPgBouncer(url, options);
  const pools: Pool[] = [];
  const connect = (config: PoolConfig = {}) => {
    const pool = new Pool({ connectionString: bouncer.by(url), max: 4, ...config });
    pool.on("error", () => {}); // connections that end with the pooler
    pools.push(pool);
    return pool;
  };
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await bouncer.stop();
  });
  return { url: bouncer.by(url), connect };
}

type Pooler = Awaited<ReturnType<typeof openPooler>>;

/** Each handle has a pool of its own, as each process has; the sessions behind the pooler are everybody's. */
function behind(pooler: Pooler, name: string, open: (pool: Pool) => PostgresStore): StoreFixture {
  const transactions = pooler.connect();
  return {
    name,
    capabilities: open(transactions).capabilities,
    open: async () => {
      const own = new Pool({ connectionString: pooler.url, max: 8 });
      return { store: open(own), close: () => own.end() };
    },
    transact: async (store, body) => {
      if (!(store instanceof PostgresStore)) throw new TypeError("not the store that was opened");
      await inTransaction(transactions, (client) => body(store.within(client)));
    },
  };
}

// What each version does where it is told nothing of prepared statements, or to carry none.
const losing = await openPooler(carries ? { maxPreparedStatements: 0 } : {});
registerStoreConformance(
  behind(losing, "PostgresStore behind a pooler that loses prepared statements", (pool) => new PostgresStore(pool)),
  { describe, it },
);

if (carries) {
  const carrying = await openPooler({ maxPreparedStatements: 20 });
  registerStoreConformance(
    behind(
      carrying,
      "PostgresStore behind a pooler that carries them",
      (pool) => new PostgresStore(pool, { prepare: true }),
    ),
    { describe, it },
  );
}

describe("PgBouncer in transaction mode", () => {
  it("is what it says: more clients than sessions, and none has one to itself", async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => losing.connect({ max: 1 }).connect()));
    const session = async (client: (typeof clients)[number]) =>
      (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]?.pid;
    const sessions = new Set(await Promise.all(clients.map(session)));
    for (const client of clients) client.release();
    expect(sessions.size).toBeLessThanOrEqual(4);
  });

  it("with one session for all: the second client's named statement is there already", async () => {
    const narrow = await openPooler(carries ? { poolSize: 1, maxPreparedStatements: 0 } : { poolSize: 1 });
    const [first, second, third, fourth] = [{}, {}, {}, {}].map(() => narrow.connect({ max: 1 }));
    if (!first || !second || !third || !fourth) throw new Error("four pools");

    const { id, version } = await given(new PostgresStore(first, { prepare: true }));
    await expect(new PostgresStore(second, { prepare: true }).create(id, "v2", running(), HOUR_MS)).rejects.toThrow(
      /^PostgresStore create: .* already exists \(the pooler .* leave out the option prepare\)$/,
    );
    const untold = new PostgresStore(third);
    expect(await untold.create(id, "v2", running(), HOUR_MS)).toMatchObject({ written: false, current: { version } });
    expect(await untold.replace(id, version, "v2", completed())).toMatchObject({ written: true });
    const plain = new PostgresStore(fourth, { prepare: false });
    expect(await plain.get(id)).toMatchObject({ version: "v2" });
  });

  // Printed with the test's output: a run without conflicts, take-overs and lost replies is void, and throws.
  it("keeps one grant for each attempt between processes", { timeout: 240_000 }, async () => {
    const report = await raceProcesses({
      fixture: new URL("./race-fixture.ts", import.meta.url),
      argument: losing.url,
      processes: 2,
      lanes: 6,
      durationMs: 2_000,
      operations: 4_000,
      execArgv: ["--import", "tsx", "--conditions=@oncekey/source"],
    });
    expect(report.violations).toEqual([]);
  });
});
