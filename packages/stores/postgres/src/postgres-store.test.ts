import { encodeRecord } from "@oncekey/core";
import { type PoolClient, type PoolConfig, types } from "pg";
import { describe, expect, it } from "vitest";
import { completed, expire, freshId, freshVersion, given, HOUR_MS, openDatabase, running } from "../test/harness.js";
import { migrate, type NamedStatement, PostgresStore } from "./index.js";

const { pool, store, connect } = await openDatabase();
const plain = new PostgresStore(pool, { prepare: false });
/** Age and remaining life are two readings of the clock, and the server may be held up between them: to half a second. */
const CLOCK_DIGITS = -3;
const maxBytes = store.capabilities.maxRecordBytes;

describe("what stands", () => {
  it("comes back as it was written, with the age and the life that the server's clock says", async () => {
    const id = freshId();
    const version = ` v"1' \\ ~`;
    const record = { ...running(), checkpoints: { charge: Uint8Array.of(0, 255, 10) } };
    const write = await store.create(id, version, record, 60_000);
    expect(write).toMatchObject({ written: true, stored: { version, record } });
    expect(write.written && write.stored.ageMs).toBeGreaterThanOrEqual(0);
    expect(write.written && write.stored.ageMs + write.stored.expiresInMs).toBeCloseTo(60_000, CLOCK_DIGITS);
    await pool.query("UPDATE oncekey_records SET written_at = written_at - interval '5 s' WHERE id = $1", [id]);
    const stored = await store.get(id);
    expect(stored).toMatchObject({ version, record });
    expect(stored?.ageMs).toBeGreaterThanOrEqual(5_000);
    expect(Number(stored?.ageMs) + Number(stored?.expiresInMs)).toBeCloseTo(65_000, CLOCK_DIGITS);
  });

  it("keeps every byte, up to the limit, and refuses one byte more before anything is sent", async () => {
    const empty = encodeRecord(completed(new Uint8Array())).byteLength;
    const result = new Uint8Array(maxBytes - empty).map((_, index) => (index * 167) % 256);
    const { id, version } = await given(store, running());
    expect(await store.replace(id, version, "large", completed(result))).toMatchObject({ written: true });
    const stored = await store.get(id);
    const back = stored?.record.state === "completed" ? stored.record.result : undefined;
    expect(back instanceof Uint8Array && Buffer.compare(back, result)).toBe(0);
    const larger = completed(new Uint8Array(result.byteLength + 1));
    const refusal = { name: "OncekeyError", code: "RECORD_TOO_LARGE", message: expect.stringContaining(`${maxBytes}`) };
    const unused = new PostgresStore({ query: () => Promise.reject(new Error("it was sent")) });
    await expect(unused.replace(id, "large", "larger", larger)).rejects.toMatchObject(refusal);
    await expect(unused.create(id, "larger", larger, HOUR_MS)).rejects.toMatchObject(refusal);
  });

  it("reads an answer that the columns' owner has changed as a fault, not as nothing", async () => {
    const { id } = await given(store);
    await pool.query("UPDATE oncekey_records SET record = 'not a record' WHERE id = $1", [id]);
    await expect(store.get(id)).rejects.toMatchObject({ code: "RECORD_UNREADABLE" });
    await pool.query("DELETE FROM oncekey_records WHERE id = $1", [id]);
  });
});

describe("a client with type parsers of its user's", () => {
  const spoilt = { getTypeParser: () => () => "spoilt" };

  it("changes nothing with node-postgres, whatever it does", async () => {
    const other = new PostgresStore(connect({ types: spoilt }));
    const { id, version } = await given(other, running());
    expect(await other.replace(id, version, "v2", completed())).toMatchObject({ written: true });
    expect(await other.get(id)).toMatchObject({ version: "v2", record: completed() });
    expect((await other.list()).entries.length).toBeGreaterThan(0);
    expect(await other.sweep()).toBe(0);
  });

  const behind = (types: PoolConfig["types"]) => {
    const hidden = connect(types === undefined ? {} : { types });
    return new PostgresStore({ query: (text, values) => hidden.query(text, values) });
  };

  it("changes nothing with another client where it leaves text alone", async () => {
    const other = behind({ getTypeParser: (oid) => (oid === 25 ? types.getTypeParser(25) : () => "spoilt") });
    const { id } = await given(other, running());
    expect(await other.get(id)).toMatchObject({ record: running() });
  });

  it("is a fault where it changes text", async () => {
    const { id } = await given(store);
    await expect(behind(spoilt).get(id)).rejects.toThrow(/PostgresStore get: the database gave an answer .*: spoilt/);
  });
});

describe("expiry is judged inside the step", () => {
  it("to the microsecond: at the end nothing stands, before it everything does", async () => {
    const { id, version } = await given(store);
    await expire(pool, id, 0);
    expect(await store.get(id)).toBeUndefined();
    expect(await store.replace(id, version, "v2", completed(), HOUR_MS)).toEqual({
      written: false,
      current: undefined,
    });
    expect(await store.remove(id, "foreign")).toEqual({ written: true });
    expect((await store.list({ limit: 1_000 })).entries.map((entry) => entry.id)).not.toContain(id);
    expect(await store.create(id, "v3", running(), HOUR_MS)).toMatchObject({ written: true });
    expect(await store.get(id)).toMatchObject({ version: "v3" });
    await expire(pool, id, -20_000);
    expect(await store.get(id)).toMatchObject({ version: "v3" });
  });

  it("keepMs raises the end of a record, and never lowers it", async () => {
    const { id, version } = await given(store, running(), 60_000);
    expect(await store.replace(id, version, "v2", running(), 1)).toMatchObject({ written: true });
    const kept = await store.get(id);
    expect(kept?.expiresInMs).toBeGreaterThan(30_000);
    expect(kept?.expiresInMs).toBeLessThanOrEqual(60_000);
    const raised = await store.replace(id, "v2", "v3", running(), HOUR_MS);
    expect(raised.written && raised.stored.ageMs + raised.stored.expiresInMs).toBeCloseTo(HOUR_MS, CLOCK_DIGITS);
    const completion = await store.replace(id, "v3", "v4", completed());
    expect(completion.written && completion.stored.expiresInMs).toBeGreaterThan(HOUR_MS - 30_000);
  });
});

describe("one round trip", () => {
  it.each([true, false])("is all that each step takes but a refused replace, prepared or not (%s)", async (prepare) => {
    let sent = 0;
    const count = (statement: string | NamedStatement, values?: unknown[]) => {
      sent += 1;
      return typeof statement === "string" ? pool.query(statement, values) : pool.query(statement);
    };
    const counting = new PostgresStore({ query: count }, { prepare });
    const paths: [string, () => Promise<unknown>][] = [
      ["first claim", () => counting.create(id, "v1", running(), HOUR_MS)],
      ["duplicate", () => counting.create(id, "v2", running(), HOUR_MS)],
      ["own version again", () => counting.create(id, "v1", running(), HOUR_MS)],
      ["refused replace", () => counting.replace(id, "v0", "v2", running())],
      ["completion", () => counting.replace(id, "v1", "v2", completed())],
      ["replay", () => counting.create(id, "v3", running(), HOUR_MS)],
      ["read", () => counting.get(id)],
      ["refused removal", () => counting.remove(id, "v0")],
      ["removal", () => counting.remove(id, "v2")],
      ["page", () => counting.list()],
      ["sweep", () => counting.sweep()],
    ];
    const id = freshId();
    for (const [path, call] of paths) {
      sent = 0;
      await call();
      expect([path, sent]).toEqual([path, prepare && path === "refused replace" ? 2 : 1]);
    }
  });

  it("sends one statement text a step, so that what is prepared is found again", async () => {
    const client = connect({ max: 1 });
    const named = new PostgresStore(client, { prepare: true });
    for (let round = 0; round < 3; round++) {
      const { id, version } = await given(named);
      await named.replace(id, version, freshVersion(), completed());
    }
    const { rows } = await client.query<{ name: string }>("SELECT name FROM pg_prepared_statements ORDER BY name");
    expect(rows.map(({ name }) => name.replace(/[0-9a-f]+$/, "…"))).toEqual(["oncekey_create_…", "oncekey_replace_…"]);
  });

  it("sends a create in the form that reads first once two in a row have found a record, and back again", async () => {
    const forms: string[] = [];
    const client = connect({ max: 1 });
    const send = (statement: string | NamedStatement) => {
      if (typeof statement === "string") throw new Error("this store prepares");
      forms.push(statement.text.startsWith("WITH made AS (INSERT") ? "writes first" : "reads first");
      return client.query(statement);
    };
    const watched = new PostgresStore({ query: send }, { prepare: true });
    const { id, version } = await given(watched);
    for (let round = 0; round < 4; round++) {
      expect(await watched.create(id, "v2", running(), HOUR_MS)).toMatchObject({ current: { version } });
    }
    for (let round = 0; round < 3; round++) await given(watched);
    const [writes, reads] = ["writes first", "reads first"];
    expect(forms).toEqual([writes, writes, writes, reads, reads, reads, reads, writes]);
  });

  it("keeps apart the prepared statements of two tables on one connection", async () => {
    const client = connect({ max: 1 });
    await migrate(client, { table: "second" });
    const { id } = await given(new PostgresStore(client, { prepare: true }));
    expect(await new PostgresStore(client, { prepare: true, table: "second" }).get(id)).toBeUndefined();
    expect(await new PostgresStore(client, { prepare: true }).get(id)).toBeDefined();
  });
});

describe("an update leaves the indexes alone", () => {
  const text = "SELECT pg_stat_get_xact_tuples_hot_updated('oncekey_records'::regclass)::int AS hot";
  const hotUpdates = async (client: PoolClient) =>
    (await client.query<{ hot: number }>(text)).rows[0]?.hot ?? Number.NaN;

  it.each([
    ["a renewal and a completion", undefined, 2],
    ["keepMs that does not reach beyond the retention", 60_000, 2],
    ["keepMs that does, which the index has to learn", 2 * HOUR_MS, 0],
  ])("%s", async (_, keepMs, expected) => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      const before = await hotUpdates(client);
      const inside = store.within(client);
      const id = freshId();
      await inside.create(id, "v1", running(), HOUR_MS);
      await inside.replace(id, "v1", "v2", running(), keepMs);
      await inside.replace(id, "v2", "v3", completed(), keepMs && 2 * keepMs);
      expect((await hotUpdates(client)) - before).toBe(expected);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });
});

describe("list", () => {
  it("pages in the order of the ids, whole and without repetition", async () => {
    const { store: own } = await openDatabase();
    const ids = ["b", "-", "_", "a", "B", "0"].map((first) => first + freshId().slice(1));
    for (const id of ids) await own.create(id, "v", completed(), HOUR_MS);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await own.list(cursor === undefined ? { limit: 2 } : { limit: 2, cursor });
      expect(page.entries.length).toBe(2);
      seen.push(...page.entries.map((entry) => entry.id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids.toSorted());
  });

  it("names what it cannot read apart: that hides no other record, and ends no page", async () => {
    const { store: own, pool: owner } = await openDatabase();
    const [first = "", foreign = "", newer = "", expired = "", last = ""] = ["a", "b", "c", "d", "e"].map(
      (letter) => letter + freshId().slice(1),
    );
    for (const id of [first, foreign, newer, expired, last]) await own.create(id, "v", completed(), HOUR_MS);
    await owner.query("UPDATE oncekey_records SET record = 'not a record' WHERE id IN ($1, $2)", [foreign, expired]);
    const format = "set_byte(record, 0, get_byte(record, 0) + 1)";
    await owner.query(`UPDATE oncekey_records SET record = ${format} WHERE id = $1`, [newer]);
    await owner.query("UPDATE oncekey_records SET expires_at = written_at WHERE id = $1", [expired]);

    const whole = await own.list();
    expect(whole.entries.map(({ id }) => id)).toEqual([first, last]);
    expect(whole.unreadable?.map(({ id }) => id)).toEqual([foreign, newer]);
    for (const { id, error } of whole.unreadable ?? []) {
      expect(error.code).toBe("RECORD_UNREADABLE");
      await expect(own.get(id)).rejects.toThrow(error.message);
    }
    expect(whole).not.toHaveProperty("cursor");

    const middle = await own.list({ cursor: first, limit: 2 });
    expect(middle).toMatchObject({ entries: [], unreadable: [{ id: foreign }, { id: newer }], cursor: newer });
    const rest = await own.list({ cursor: newer });
    expect(rest.entries.map(({ id }) => id)).toEqual([last]);
    expect(rest).not.toHaveProperty("unreadable");
  });
});

it("shows the same without prepared statements", async () => {
  const { id, version } = await given(plain);
  expect(await plain.create(id, "v2", running(), HOUR_MS)).toMatchObject({ written: false, current: { version } });
  expect(await plain.replace(id, version, "v2", completed())).toMatchObject({ written: true });
  expect(await store.get(id)).toMatchObject({ version: "v2", record: completed() });
});
