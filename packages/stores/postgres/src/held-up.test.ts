import type { IdempotencyStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import {
  completed,
  expire,
  freshVersion,
  given,
  HOUR_MS,
  inTransaction,
  openDatabase,
  running,
  untilBlocked,
} from "../test/harness.js";
import { migrate, PostgresStore } from "./index.js";

/** Long enough for the calls of a case to begin on a busy machine; a case waits for its end. */
const LIFE_MS = 2_000;
const GATE = 1;

const { pool, connect, store } = await openDatabase();

/**
 * A store whose statements can be held up after they have their snapshot: its table is a view, and reading a row of that
 * waits for a lock. The cost of the gate says whether it is passed before the row's expiry is judged, or after.
 */
async function gatedStore(table: string, cost: number) {
  await migrate(pool, { table });
  await pool.query(`
    CREATE FUNCTION ${table}_gate() RETURNS boolean LANGUAGE plpgsql COST ${cost} AS $$
    BEGIN
      IF current_setting('application_name') = 'gated' THEN
        PERFORM pg_advisory_lock_shared(${GATE});
        PERFORM pg_advisory_unlock_shared(${GATE});
      END IF;
      RETURN true;
    END $$;
    ALTER TABLE ${table} RENAME TO ${table}_rows;
    CREATE VIEW ${table} AS SELECT * FROM ${table}_rows WHERE ${table}_gate();`);
  const gated = connect({ application_name: "gated" });
  return {
    free: new PostgresStore(pool, { table }),
    gated: (prepare: boolean) => new PostgresStore(gated, { table, prepare }),
  };
}

async function whileGateIsShut(body: () => Promise<unknown>): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query("SELECT pg_advisory_xact_lock($1)", [GATE]);
    await body();
  });
}

/** By the server's clock, from which the record had its life. */
async function untilItsLifeIsOver(): Promise<void> {
  await pool.query("SELECT pg_sleep($1)", [LIFE_MS / 1_000 + 0.01]);
}

describe.each([true, false])("prepared statements %s: a call that is held up", (prepare) => {
  it("between its snapshot and the clock does not miss a record that was renewed meanwhile", async () => {
    const { free, gated } = await gatedStore(`early_${prepare}`, 0.0001);
    const held = gated(prepare);
    const { id, version } = await given(free, running(), LIFE_MS);
    const renewed = freshVersion();
    let calls: Promise<unknown[]> | undefined;
    await whileGateIsShut(async () => {
      calls = Promise.all([
        held.get(id).then((stored) => stored?.version),
        held.create(id, "claim", running(), HOUR_MS).then((write) => currentOf(write)),
        held.replace(id, "foreign", "ours", running()).then((write) => currentOf(write)),
        held.remove(id, "foreign").then((removal) => currentOf(removal)),
      ]);
      await untilBlocked(pool, 4);
      expect(await free.replace(id, version, renewed, running(), HOUR_MS)).toMatchObject({ written: true });
      await untilItsLifeIsOver();
    });
    for (const seen of (await calls) ?? []) expect([version, renewed]).toContain(seen);
    expect(await free.get(id)).toMatchObject({ version: renewed });
  });

  it("between the clock and its write does not bring back what was gone", async () => {
    const { free, gated } = await gatedStore(`late_${prepare}`, 1_000_000);
    const readers: ((id: string) => Promise<unknown>)[] = [
      (id) => free.get(id),
      (id) => free.replace(id, "foreign", "ours", running()).then((write) => currentOf(write)),
      (id) => free.remove(id, "foreign").then((removal) => currentOf(removal)),
    ];
    const records = await Promise.all(readers.map(() => given(free, running(), LIFE_MS)));
    let renewals: Promise<unknown[]> | undefined;
    await whileGateIsShut(async () => {
      const held = gated(prepare);
      renewals = Promise.all(records.map(({ id, version }) => held.replace(id, version, "late", running(), HOUR_MS)));
      await untilBlocked(pool, readers.length);
      await untilItsLifeIsOver();
      for (const [index, read] of readers.entries()) expect(await read(records[index]?.id ?? "")).toBeUndefined();
    });
    for (const renewal of (await renewals) ?? []) expect(renewal).toEqual({ written: false, current: undefined });
    for (const { id } of records) expect(await free.get(id)).toBeUndefined();
  });
});

describe.each([true, false])("prepared statements %s: a renewal that commits after the old expiry", (prepare) => {
  const reader = new PostgresStore(pool, { prepare });
  const readers: [string, (store: IdempotencyStore, id: string) => Promise<unknown>][] = [
    ["get", (on, id) => on.get(id).then((stored) => stored?.version)],
    ["create", (on, id) => on.create(id, "claim", running(), HOUR_MS).then((write) => currentOf(write))],
    ["replace", (on, id) => on.replace(id, "foreign", "ours", completed()).then((write) => currentOf(write))],
    ["remove", (on, id) => on.remove(id, "foreign").then((removal) => currentOf(removal))],
  ];

  it("is waited for by whoever would have found nothing", async () => {
    const { id, version } = await given(store, running(), LIFE_MS);
    let seen: Promise<unknown[]> | undefined;
    await inTransaction(pool, async (client) => {
      const renewal = await store.within(client).replace(id, version, "renewed", running(), HOUR_MS);
      expect(renewal).toMatchObject({ written: true });
      await untilItsLifeIsOver();
      seen = Promise.all(readers.map(([, read]) => read(reader, id)));
      await untilBlocked(pool, readers.length);
    });
    expect(await seen).toEqual(readers.map(() => "renewed"));
  });

  it.each(readers)(
    "%s inside a transaction judges by the clock, not by the start of the transaction",
    async (_, read) => {
      const { id } = await given(store);
      await inTransaction(pool, async (client) => {
        await client.query("SELECT 1");
        await expire(pool, id, 0);
        expect(await read(store.within(client), id)).toBeUndefined();
      });
    },
  );
});

/** The version of what a refusal found; undefined for nothing, and for what was written. */
function currentOf(answer: { readonly written: boolean; readonly current?: { readonly version: string } | undefined }) {
  return answer.current?.version;
}
