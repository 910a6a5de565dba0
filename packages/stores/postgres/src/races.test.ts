import type { Stored, Write } from "@oncekey/core";
import type { PoolClient } from "pg";
import { describe, expect, it } from "vitest";
import {
  completed,
  expire,
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

const CLIENTS = 16;

const LEVELS = ["read committed", "repeatable read", "serializable"];

describe.each(LEVELS.flatMap((level) => [true, false].map((prepare) => ({ level, prepare }))))(
  "where the default isolation is $level, prepared statements $prepare",
  async ({ level, prepare }) => {
    const options = `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`;
    const { pool } = await openDatabase({ options, max: CLIENTS });
    const store = new PostgresStore(pool, { prepare });

    it("is really in force", async () => {
      expect((await pool.query("SHOW transaction_isolation")).rows).toEqual([{ transaction_isolation: level }]);
    });

    it("exactly one of many claims is written, and the others are told of it", async () => {
      for (let round = 0; round < 20; round++) {
        const id = freshId();
        const versions = Array.from({ length: CLIENTS }, freshVersion);
        const writes = await Promise.all(versions.map((version) => store.create(id, version, running(), HOUR_MS)));
        expectOneWinner(writes);
      }
    });

    it("exactly one of many claims takes an expired record", async () => {
      for (let round = 0; round < 10; round++) {
        const { id } = await given(store);
        await expire(pool, id, 1);
        const versions = Array.from({ length: CLIENTS }, freshVersion);
        const writes = await Promise.all(versions.map((version) => store.create(id, version, running(2), HOUR_MS)));
        expectOneWinner(writes);
      }
    });

    it("exactly one of many take-overs is written, and the others are told of it", async () => {
      for (let round = 0; round < 20; round++) {
        const { id, version } = await given(store);
        const successors = Array.from({ length: CLIENTS }, freshVersion);
        const writes = await Promise.all(successors.map((next) => store.replace(id, version, next, running(2), 1)));
        expectOneWinner(writes);
      }
    });

    it("copies of one call, at once, are one write", async () => {
      for (let round = 0; round < 10; round++) {
        const id = freshId();
        const claims = await Promise.all(
          Array.from({ length: CLIENTS }, () => store.create(id, "v1", running(), HOUR_MS)),
        );
        expect(claims.map((write) => write.written)).not.toContain(false);
        const copies = Array.from({ length: CLIENTS }, () => store.replace(id, "v1", "v2", completed()));
        expect((await Promise.all(copies)).map((write) => write.written)).not.toContain(false);
        const removals = await Promise.all(Array.from({ length: CLIENTS }, () => store.remove(id, "v2")));
        expect(removals).toEqual(removals.map(() => ({ written: true })));
      }
    });

    it("sweepers share the work, and never take away what was claimed meanwhile", async () => {
      const expired = await Promise.all(Array.from({ length: 60 }, () => given(store)));
      for (const { id } of expired) await expire(pool, id, 1);
      const claimed = expired.slice(0, 20);
      const [sweeps] = await Promise.all([
        Promise.all(Array.from({ length: 6 }, () => store.sweep(15))),
        Promise.all(claimed.map(({ id }) => store.create(id, `${id}!`, running(2), HOUR_MS))),
      ]);
      for (const { id } of claimed) expect((await store.get(id))?.version).toBe(`${id}!`);
      let swept = sweeps.reduce((sum, count) => sum + count, 0);
      for (let last = 1; last > 0; swept += last) last = await store.sweep();
      const { rows } = await pool.query(
        "SELECT count(*)::int AS expired FROM oncekey_records WHERE expires_at < now()",
      );
      expect(rows).toEqual([{ expired: 0 }]);
      expect(swept).toBeLessThanOrEqual(60);
      expect(swept).toBeGreaterThanOrEqual(40);
      for (const { id } of claimed) expect((await store.get(id))?.version).toBe(`${id}!`);
    });

    it("migrators wait for each other", async () => {
      const table = `late_${level.replace(" ", "_")}`;
      await Promise.all(Array.from({ length: 6 }, () => migrate(pool, { table })));
      const { rows } = await pool.query(`SELECT version FROM ${table}_migrations`);
      expect(rows).toEqual([{ version: 1 }]);
      await given(new PostgresStore(pool, { table }));
    });
  },
);

describe("a call that waits for somebody's transaction", async () => {
  const { pool, store } = await openDatabase();

  it("finds a claim that was committed", async () => {
    const id = freshId();
    let waiting: Promise<Write> | undefined;
    await inTransaction(pool, async (client) => {
      await store.within(client).create(id, "theirs", running(), HOUR_MS);
      waiting = store.create(id, "ours", running(), HOUR_MS);
      await untilBlocked(pool, 1);
    });
    expect(await waiting).toMatchObject({ written: false, current: { version: "theirs" } });
  });

  it("claims after a rollback, and tells how much of its lease the wait has cost", async () => {
    const id = freshId();
    let waiting: Promise<Write> | undefined;
    await inUndone(pool, async (client) => {
      await store.within(client).create(id, "theirs", running(), HOUR_MS);
      waiting = store.create(id, "ours", running(), HOUR_MS);
      await untilBlocked(pool, 1, 100);
    });
    expectHonest(await waiting, await store.get(id));
  });

  it("replaces after a rollback, and tells how much of its lease the wait has cost", async () => {
    const { id, version } = await given(store);
    let waiting: Promise<Write> | undefined;
    await inUndone(pool, async (client) => {
      await store.within(client).replace(id, version, "theirs", running());
      waiting = store.replace(id, version, "ours", running(2));
      await untilBlocked(pool, 1, 100);
    });
    expectHonest(await waiting, await store.get(id));
  });

  it("replaces what was renewed meanwhile, if that is what it expects, with its whole lease", async () => {
    const { id, version } = await given(store);
    let waiting: Promise<Write> | undefined;
    let endedAt = Number.NaN;
    await inTransaction(pool, async (client) => {
      await store.within(client).replace(id, version, "between", running());
      await store.within(client).replace(id, "between", version, running());
      waiting = store.replace(id, version, "ours", running(2));
      await untilBlocked(pool, 1, 100);
      endedAt = await serverTimeMs(client);
    });
    expect(await waiting).toMatchObject({ written: true });
    const { rows } = await pool.query<{ writtenMs: number }>(
      `SELECT date_part('epoch', written_at) * 1000 AS "writtenMs" FROM oncekey_records WHERE id = $1`,
      [id],
    );
    expect(rows[0]?.writtenMs).toBeGreaterThanOrEqual(endedAt);
  });

  it("does not bring back what expired while it waited", async () => {
    const { id, version } = await given(store, running(), 400);
    let waiting: Promise<Write> | undefined;
    await inUndone(pool, async (client) => {
      await store.within(client).replace(id, version, "theirs", running());
      waiting = store.replace(id, version, "ours", completed());
      await untilBlocked(pool, 1, 500);
    });
    expect(await waiting).toEqual({ written: false, current: undefined });
    expect(await store.get(id)).toBeUndefined();
  });

  it("is refused by a completion that was committed", async () => {
    const { id, version } = await given(store);
    let waiting: Promise<Write> | undefined;
    await inTransaction(pool, async (client) => {
      await store.within(client).replace(id, version, "theirs", completed());
      waiting = store.replace(id, version, "ours", running(2), HOUR_MS);
      await untilBlocked(pool, 1);
    });
    expect(await waiting).toMatchObject({ written: false, current: { version: "theirs", record: completed() } });
  });

  it("leaves what others hold to the next sweep", async () => {
    while ((await store.sweep()) > 0);
    const [held, free] = [await given(store), await given(store)];
    for (const { id } of [held, free]) await expire(pool, id, 1);
    await inUndone(pool, async (client) => {
      await store.within(client).create(held.id, "theirs", running(), HOUR_MS);
      expect(await store.sweep()).toBe(1);
    });
    expect(await store.sweep()).toBe(1);
  });
});

function expectOneWinner(writes: readonly Write[]): void {
  const winners = writes.flatMap((write) => (write.written ? [write.stored.version] : []));
  expect(winners).toHaveLength(1);
  for (const write of writes) if (!write.written) expect(write.current?.version).toBe(winners[0]);
}

/** Another reader sees the same times: never an older record than the writer was told of. */
function expectHonest(write: Write | undefined, read: Stored | undefined): void {
  if (write?.written !== true || read === undefined) throw new Error("the write is to stand");
  expect(read.version).toBe(write.stored.version);
  expect(write.stored.ageMs).toBeGreaterThanOrEqual(100);
  expect(read.ageMs).toBeGreaterThanOrEqual(write.stored.ageMs);
  expect(read.expiresInMs).toBeLessThanOrEqual(write.stored.expiresInMs);
  // The clock is read once for each, so the sums differ by what lies between; an age that was reset would be 100 off.
  const lifetimeMs = ({ ageMs, expiresInMs }: Stored) => ageMs + expiresInMs;
  expect(Math.abs(lifetimeMs(read) - lifetimeMs(write.stored))).toBeLessThan(100);
}

async function serverTimeMs(client: PoolClient): Promise<number> {
  const text = "SELECT date_part('epoch', clock_timestamp()) * 1000 AS ms";
  return (await client.query<{ ms: number }>(text)).rows[0]?.ms ?? Number.NaN;
}
