import { isOncekeyError } from "@oncekey/core";
import { type PostgresServer, startPostgres } from "@oncekey/services";
import { Pool } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import {
  completed,
  freshId,
  freshVersion,
  given,
  HOUR_MS,
  inTransaction,
  inUndone,
  openDatabase,
  running,
  untilBlocked,
} from "../test/harness.js";
import { migrate, PostgresStore } from "./index.js";

const { pool, connect, store } = await openDatabase();

describe("a fault is told as one, with its cause, and never as a verdict", () => {
  it("a pool with no connection left", async () => {
    const small = connect({ max: 1, connectionTimeoutMillis: 100 });
    const held = await small.connect();
    try {
      const starved = new PostgresStore(small);
      const fault = await starved.create(freshId(), "v1", running(), HOUR_MS).catch((error: unknown) => error);
      expect(fault).toMatchObject({
        message: expect.stringMatching(/^PostgresStore create: timeout exceeded/),
        cause: expect.any(Error),
      });
      // Not an OncekeyError: the engine may ask again.
      expect(isOncekeyError(fault)).toBe(false);
    } finally {
      held.release();
    }
    await given(new PostgresStore(small));
  });

  it("a statement that somebody cancels, after which nothing is written and the connection works", async () => {
    const { id, version } = await given(store);
    let waiting: Promise<unknown> | undefined;
    await inUndone(pool, async (client) => {
      await store.within(client).replace(id, version, "theirs", running());
      waiting = store.replace(id, version, "ours", completed()).catch((error: unknown) => error);
      await untilBlocked(pool, 1);
      await pool.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`);
      expect(await waiting).toMatchObject({ cause: { code: "57014" } });
    });
    expect(await store.get(id)).toMatchObject({ version });
    expect(await store.replace(id, version, "ours", completed())).toMatchObject({ written: true });
  });

  it("a lock that is not granted in time", async () => {
    const { id, version } = await given(store);
    await inUndone(pool, async (holder) => {
      await store.within(holder).replace(id, version, "theirs", running());
      await inUndone(pool, async (client) => {
        await client.query("SET LOCAL lock_timeout = 50");
        const late = store.within(client).replace(id, version, "ours", running());
        await expect(late).rejects.toMatchObject({ cause: { code: "55P03" } });
      });
    });
  });

  it("a transaction that another one has overtaken, which only its owner can run again", async () => {
    const { id, version } = await given(store);
    await inUndone(pool, async (client) => {
      await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      const inside = store.within(client);
      expect(await inside.get(id)).toMatchObject({ version });
      await store.replace(id, version, "theirs", running());
      await expect(inside.replace(id, version, "ours", running())).rejects.toMatchObject({ cause: { code: "40001" } });
    });
    const unaware = connect({ max: 1, options: "-c default_transaction_isolation=repeatable\\ read" });
    await inUndone(unaware, async (client) => {
      const notWithin = new PostgresStore(client);
      expect(await notWithin.get(id)).toMatchObject({ version: "theirs" });
      await store.replace(id, "theirs", "theirs too", running());
      await expect(notWithin.replace(id, "theirs", "ours", running())).rejects.toMatchObject({
        cause: { code: "40001" },
      });
    });
  });
});

describe("through a pooler in transaction mode", () => {
  it("every statement may meet another session, and none finds what an earlier one left there", async () => {
    const sessions = Array.from({ length: 3 }, () => connect({ max: 1 }));
    let turn = 0;
    const pooled = new PostgresStore({
      query: async (text, values) => {
        const session = sessions[turn++ % sessions.length] ?? pool;
        try {
          return await session.query(text, values);
        } finally {
          await session.query("DISCARD ALL");
        }
      },
    });
    for (let round = 0; round < 5; round++) {
      const { id, version } = await given(pooled);
      expect(await pooled.create(id, "v2", running(), HOUR_MS)).toMatchObject({ written: false });
      expect(await pooled.replace(id, version, "v2", completed())).toMatchObject({ written: true });
      expect(await pooled.get(id)).toMatchObject({ version: "v2" });
      expect(await pooled.remove(id, "v2")).toEqual({ written: true });
    }
  });

  it("that loses prepared statements, the error says which option to leave out", async () => {
    const session = connect({ max: 1 });
    const named = new PostgresStore(session, { prepare: true });
    const { id } = await given(named);
    await session.query("DEALLOCATE ALL");
    await expect(named.create(id, "v2", running(), HOUR_MS)).rejects.toThrow(
      /does not exist .*leave out the option prepare/,
    );
  });

  it("that loses prepared statements, a store that was not told finds out and goes on without them", async () => {
    const session = connect({ max: 1 });
    const kept = async () => (await session.query("SELECT name FROM pg_prepared_statements")).rows.length;
    const untold = new PostgresStore(session);
    const { id, version } = await given(untold);
    expect(await kept()).toBe(1);
    await session.query("DEALLOCATE ALL");
    expect(await untold.create(id, "v2", running(), HOUR_MS)).toMatchObject({ written: false, current: { version } });
    expect(await untold.replace(id, version, "v2", completed())).toMatchObject({ written: true });
    expect(await kept()).toBe(0);
  });

  it("a client that is not known to keep statements is given none", async () => {
    const texts: unknown[] = [];
    const wrapped = new PostgresStore({
      query: (text, values) => {
        texts.push(text);
        return pool.query(text, values);
      },
    });
    await wrapped.get(freshId());
    expect(texts).toEqual([expect.stringMatching(/^SELECT .*_get_v1/)]);
  });
});

describe("a server that is killed in the middle", () => {
  const servers: PostgresServer[] = [];
  const pools: Pool[] = [];
  afterAll(async () => {
    for (const each of pools) await each.end();
    for (const server of servers) await server.stop();
  });

  it("keeps every write that it acknowledged, and takes the repetition of every one that it did not", async () => {
    const server = await startPostgres();
    servers.push(server);
    const own = new Pool({ connectionString: server.url, max: 8, connectionTimeoutMillis: 1_000 });
    own.on("error", () => {}); // the connections that die with the server
    pools.push(own);
    await migrate(own);
    const mortal = new PostgresStore(own);

    const acknowledged = new Map<string, string>();
    const lost: { id: string; version: string }[] = [];
    const worker = async () => {
      while (lost.length === 0) {
        const [id, version] = [freshId(), freshVersion()];
        try {
          await mortal.create(id, version, running(), HOUR_MS);
          acknowledged.set(id, version);
        } catch (error) {
          expect(isOncekeyError(error)).toBe(false);
          expect(error).toMatchObject({ cause: expect.anything() });
          lost.push({ id, version });
        }
      }
    };
    const workers = Promise.all(Array.from({ length: 8 }, worker));
    await expect.poll(() => acknowledged.size).toBeGreaterThan(200);
    await server.kill();
    await workers;
    expect(lost.length).toBeGreaterThan(0);
    await expect(mortal.get(freshId())).rejects.toMatchObject({ cause: expect.anything() });

    await server.start();
    for (const { id, version } of lost) {
      expect(await mortal.create(id, version, running(), HOUR_MS)).toMatchObject({ written: true });
    }
    for (const [id, version] of acknowledged) expect((await mortal.get(id))?.version).toBe(version);
  });
});

it("within: what is written stands or falls with the rest of the transaction", async () => {
  await pool.query("CREATE TABLE effects (id text)");
  const count = async () => (await pool.query("SELECT count(*)::int AS effects FROM effects")).rows;
  const { id, version } = await given(store);
  const effect = async (client: Parameters<typeof store.within>[0]) => {
    await client.query("INSERT INTO effects VALUES ($1)", [id]);
    expect(await store.within(client).replace(id, version, "done", completed())).toMatchObject({ written: true });
  };
  await inUndone(pool, effect);
  expect([await count(), (await store.get(id))?.version]).toEqual([[{ effects: 0 }], version]);
  await inTransaction(pool, effect);
  expect([await count(), (await store.get(id))?.version]).toEqual([[{ effects: 1 }], "done"]);
});
