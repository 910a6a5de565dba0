import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { encodeRecord, isOncekeyError } from "@oncekey/core";
import { beforeEach, describe, expect, it } from "vitest";
import {
  around,
  completed,
  connect,
  freshId,
  freshVersion,
  given,
  HOUR_MS,
  itemOf,
  keysOf,
  openTable,
  requestsOf,
  running,
} from "../test/harness.js";
import { DynamoDBStore } from "./index.js";

const MARGIN_MS = 2_000;
const SIZE = 10_000;

/** A clock that stands still until it is moved. */
const clock = { nowMs: 1_800_000_000_000 };
const { table, client, store, withOptions } = await openTable({ nowMs: () => clock.nowMs });
const large = completed(new Uint8Array(SIZE).fill(7));

beforeEach(() => {
  clock.nowMs = 1_800_000_000_000;
});

describe("the margin for clocks that differ", () => {
  it("has a record read until its end and the margin, and a create refused as long, by one predicate", async () => {
    const { id, version } = await given(store, completed(), 1_000);
    clock.nowMs += 1_000 + MARGIN_MS - 1;
    expect(await store.get(id)).toMatchObject({ version, expiresInMs: 1 });
    expect(await store.create(id, freshVersion(), running(), HOUR_MS)).toMatchObject({
      written: false,
      current: { version, expiresInMs: 1 },
    });
    clock.nowMs += 1;
    expect(await store.get(id)).toBeUndefined();
    expect(await store.replace(id, version, freshVersion(), running())).toEqual({ written: false, current: undefined });
    expect(await store.create(id, freshVersion(), running(), HOUR_MS)).toMatchObject({ written: true });
  });

  it("reports the age low, to others and in refusals alike, and to the writer itself as it is", async () => {
    const { id, version } = await given(store);
    clock.nowMs += MARGIN_MS - 1;
    expect(await store.get(id)).toMatchObject({ ageMs: 0 });
    clock.nowMs += 31;
    expect(await store.get(id)).toMatchObject({ ageMs: 30 });
    const refusal = await store.create(id, freshVersion(), running(), HOUR_MS);
    expect(refusal).toMatchObject({ written: false, current: { ageMs: 30 } });
    const repetition = await store.create(id, version, running(), HOUR_MS);
    expect(repetition).toMatchObject({ written: true, stored: { ageMs: MARGIN_MS + 30 } });
  });

  it("lets no caller see a lease lapse early whose clock is wrong by half the margin", async () => {
    const { id } = await given(store);
    const ahead = withOptions({ nowMs: () => clock.nowMs + MARGIN_MS / 2 });
    const behind = withOptions({ nowMs: () => clock.nowMs - MARGIN_MS / 2 });
    clock.nowMs += 30_000;
    expect(await ahead.get(id)).toMatchObject({ ageMs: 30_000 - MARGIN_MS / 2 });
    const { id: later, version } = await given(behind);
    expect(await ahead.get(later)).toMatchObject({ version, ageMs: 0 });
    clock.nowMs += MARGIN_MS;
    expect(await ahead.get(later)).toMatchObject({ ageMs: MARGIN_MS });
  });
});

describe("a caller that has read its clock long before its request arrives", () => {
  /** A store whose request is held up for as long as a record lives, while somebody else looks. */
  function heldUp(request: string, meanwhile: () => Promise<unknown>): DynamoDBStore {
    const own = connect();
    around(own, async (name, send) => {
      if (name === request) {
        clock.nowMs += 60_000 + MARGIN_MS;
        await meanwhile();
      }
      return send();
    });
    return new DynamoDBStore(own, { table, nowMs: () => clock.nowMs });
  }

  it("cannot renew what somebody has been told is gone", async () => {
    const { id, version } = await given(store, running(), 60_000);
    const late = heldUp("UpdateItem", async () => expect(await store.get(id)).toBeUndefined());
    expect(await late.replace(id, version, "late", running(), HOUR_MS)).toEqual({ written: false, current: undefined });
    expect(await store.get(id)).toBeUndefined();
  });

  it("nor what a refused replace was told is gone", async () => {
    const { id, version } = await given(store, running(), 60_000);
    const late = heldUp("UpdateItem", async () => {
      const refusal = await store.replace(id, version, "early", running());
      expect(refusal).toEqual({ written: false, current: undefined });
    });
    expect(await late.replace(id, version, "late", running(), HOUR_MS)).toEqual({ written: false, current: undefined });
  });

  it("does not read what somebody has been told is gone", async () => {
    const { id } = await given(store, running(), 60_000);
    const late = heldUp("GetItem", async () => expect(await store.get(id)).toBeUndefined());
    expect(await late.get(id)).toBeUndefined();
  });

  it("tells no longer life of what it finds than that was given", async () => {
    const id = freshId();
    const late = heldUp("GetItem", () => store.create(id, "v1", running(), 1_000));
    expect(await late.get(id)).toMatchObject({ version: "v1", ageMs: 0, expiresInMs: 1_000 + MARGIN_MS });
  });

  it("and whoever looks meanwhile finds what was renewed in time, not nothing", async () => {
    const { id, version } = await given(store, running(), 60_000);
    const own = connect();
    around(own, async (name, send) => {
      if (name === "DeleteItem") {
        clock.nowMs -= 60_000;
        await store.replace(id, version, "in time", running(), 2 * HOUR_MS);
        clock.nowMs += 60_000;
      }
      return send();
    });
    clock.nowMs += 60_000 + MARGIN_MS;
    expect(await new DynamoDBStore(own, { table, nowMs: () => clock.nowMs }).get(id)).toMatchObject({
      version: "in time",
    });
  });
});

describe("the time to live", () => {
  it("is in seconds, after the last moment at which anybody sees the record, and moves with the expiry", async () => {
    clock.nowMs += 1;
    const { id, version } = await given(store, running(), 60_000);
    const end = (nowMs: number) => String(Math.ceil((nowMs + 60_000 + MARGIN_MS) / 1000) + 3_600);
    expect((await itemOf(client, table, id))?.["ttl"]).toEqual({ N: end(clock.nowMs) });
    clock.nowMs += 30_000;
    const next = freshVersion();
    expect(await store.replace(id, version, next, running(), 10_000)).toMatchObject({ written: true });
    expect((await itemOf(client, table, id))?.["ttl"]).toEqual({ N: end(clock.nowMs - 30_000) });
    expect(await store.replace(id, next, freshVersion(), running(), 60_000)).toMatchObject({ written: true });
    expect((await itemOf(client, table, id))?.["ttl"]).toEqual({ N: end(clock.nowMs) });
  });
});

describe("a record that is too large for its own item", () => {
  it("is read whole, in refusals too, and its own item stays small", async () => {
    const { id, version } = await given(store, large);
    expect(await store.get(id)).toMatchObject({ version, record: large });
    const refusal = await store.create(id, freshVersion(), running(), HOUR_MS);
    expect(refusal).toMatchObject({ written: false, current: { version, record: large } });
    expect(await itemOf(client, table, id)).toMatchObject({ parts: { N: "1" } });
    expect(Object.keys((await itemOf(client, table, id)) ?? {})).not.toContain("record");
  });

  it("is in a part that names the write, and outlasts it", async () => {
    const { id, version } = await given(store);
    const next = freshVersion();
    expect(await store.replace(id, version, next, large)).toMatchObject({ written: true, stored: { record: large } });
    const part = await itemOf(client, table, `${id}.0.${next}`);
    expect(part?.["record"]?.B).toEqual(encodeRecord(large));
    const ttl = Number((await itemOf(client, table, id))?.["ttl"]?.N);
    expect(Number(part?.["ttl"]?.N)).toBe(ttl + 3_600);
  });

  it("and is replaced by a smaller one is in its own item again, and the other way", async () => {
    const { id, version } = await given(store, large);
    expect(await store.replace(id, version, "small", running())).toMatchObject({ written: true });
    expect(Object.keys((await itemOf(client, table, id)) ?? {})).not.toContain("parts");
    expect(await store.replace(id, "small", "large", large, 2 * HOUR_MS)).toMatchObject({ written: true });
    expect(await store.get(id)).toMatchObject({
      version: "large",
      record: large,
      expiresInMs: 2 * HOUR_MS + MARGIN_MS,
    });
  });

  it("is not even sent where another version stands, or nothing does", async () => {
    const own = connect();
    const requests = requestsOf(own);
    const counted = new DynamoDBStore(own, { table, nowMs: () => clock.nowMs });
    const { id, version } = await given(store);
    expect(await counted.create(id, freshVersion(), large, HOUR_MS)).toMatchObject({ written: false });
    expect(await counted.replace(id, "former", freshVersion(), large)).toMatchObject({ current: { version } });
    expect(await counted.replace(freshId(), "former", freshVersion(), large)).toMatchObject({ current: undefined });
    expect(requests).toEqual(["GetItem", "GetItem", "GetItem"]);
    expect(await keysOf(client, table, id)).toEqual([id]);
    own.destroy();
  });

  it("leaves only a part that ends by itself, where another write comes between", async () => {
    const { id, version } = await given(store);
    const own = connect();
    around(own, async (name, send) => {
      if (name === "UpdateItem") await store.replace(id, version, "faster", running());
      return send();
    });
    const slower = new DynamoDBStore(own, { table, nowMs: () => clock.nowMs });
    expect(await slower.replace(id, version, "slower", large)).toMatchObject({
      written: false,
      current: { version: "faster" },
    });
    expect(await keysOf(client, table, id)).toEqual([id, `${id}.0.slower`]);
    expect((await itemOf(client, table, `${id}.0.slower`))?.["ttl"]?.N).toMatch(/^\d{10}$/);
    own.destroy();
  });

  it("takes its parts along when it is removed", async () => {
    const { id, version } = await given(store, completed(new Uint8Array(800_000)));
    expect(await keysOf(client, table, id)).toHaveLength(4);
    expect(await store.remove(id, version)).toEqual({ written: true });
    expect(await keysOf(client, table, id)).toEqual([]);
  });

  it("is a fault, and not absent, where a part has gone", async () => {
    const { id, version } = await given(store, large);
    await client.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: `${id}.0.${version}` } } }));
    for (const call of [() => store.get(id), () => store.create(id, freshVersion(), running(), HOUR_MS)]) {
      const fault = await call().catch((error: unknown) => error);
      expect(isOncekeyError(fault, "RECORD_UNREADABLE")).toBe(true);
      expect(fault).toMatchObject({ message: expect.stringMatching(/parts of the record of .* are missing/) });
    }
  });

  it("is looked for again where it was removed, or replaced, while it was read", async () => {
    for (const end of ["removed", "replaced"]) {
      const { id, version } = await given(store, large);
      const own = connect();
      let reads = 0;
      around(own, async (name, send) => {
        reads += 1;
        if (name === "GetItem" && reads === 2) {
          expect(await store.remove(id, version)).toEqual({ written: true });
          if (end === "replaced") await store.create(id, "next", running(), HOUR_MS);
        }
        return send();
      });
      const slow = new DynamoDBStore(own, { table, nowMs: () => clock.nowMs });
      const read = await slow.get(id);
      if (end === "removed") expect(read).toBeUndefined();
      else expect(read).toMatchObject({ version: "next" });
      own.destroy();
    }
  });
});

describe("requests", () => {
  async function requestsFor(options: { readFirst?: boolean }, call: (counted: DynamoDBStore) => Promise<unknown>) {
    const own = connect();
    const counted = new DynamoDBStore(own, { table, nowMs: () => clock.nowMs, ...options });
    const requests = requestsOf(own);
    await call(counted);
    own.destroy();
    return requests;
  }

  it("are one to claim and one to complete; a life that has to be lengthened costs one more", async () => {
    const id = freshId();
    expect(await requestsFor({}, (counted) => counted.create(id, "v1", running(), HOUR_MS))).toEqual(["PutItem"]);
    expect(await requestsFor({}, (counted) => counted.replace(id, "v1", "v2", running(), 1_000))).toEqual([
      "UpdateItem",
    ]);
    expect(await requestsFor({}, (counted) => counted.replace(id, "v2", "v3", completed()))).toEqual(["UpdateItem"]);
    const longer = await requestsFor({}, (counted) => counted.replace(id, "v3", "v4", completed(), 2 * HOUR_MS));
    expect(longer.filter((name) => name === "UpdateItem")).toHaveLength(2);
    // Who wrote what is written over knows when it ends.
    const own = freshId();
    const byItself = await requestsFor({}, async (counted) => {
      await counted.create(own, "v1", running(), HOUR_MS);
      const renewal = await counted.replace(own, "v1", "v2", running(), 2 * HOUR_MS);
      const completion = await counted.replace(own, "v2", "v3", completed());
      const expiries = [renewal, completion].map((write) => (write.written ? write.stored.expiresInMs : 0));
      for (const expiresInMs of expiries) expect(expiresInMs).toBeGreaterThan(1.9 * HOUR_MS);
    });
    expect(byItself).toEqual(["PutItem", "UpdateItem", "UpdateItem"]);
    expect(await requestsFor({}, (counted) => counted.get(id))).toEqual(["GetItem"]);
  });

  it("read first, where that is asked for: a replay writes nothing", async () => {
    const { id } = await given(store, completed());
    const replay = (counted: DynamoDBStore) => counted.create(id, freshVersion(), running(), HOUR_MS);
    expect(await requestsFor({ readFirst: true }, replay)).toEqual(["GetItem"]);
    const first = (counted: DynamoDBStore) => counted.create(freshId(), freshVersion(), running(), HOUR_MS);
    expect(await requestsFor({ readFirst: true }, first)).toEqual(["GetItem", "PutItem"]);
  });

  it("for a large result are a read and two writes to complete", async () => {
    const { id, version } = await given(store);
    const completion = (counted: DynamoDBStore) => counted.replace(id, version, "done", large);
    expect(await requestsFor({}, completion)).toEqual(["GetItem", "PutItem", "UpdateItem"]);
    expect(await requestsFor({}, (counted) => counted.get(id))).toEqual(["GetItem", "GetItem"]);
  });
});

describe("an item that the store did not write", () => {
  it("is a fault, and stays as it is", async () => {
    const id = freshId();
    await client.send(new PutItemCommand({ TableName: table, Item: { id: { S: id }, expires_at: { N: "9e15" } } }));
    for (const call of [
      () => store.get(id),
      () => store.create(id, "v1", running(), HOUR_MS),
      () => store.remove(id, "v1"),
    ]) {
      expect(isOncekeyError(await call().catch((error: unknown) => error), "RECORD_UNREADABLE")).toBe(true);
    }
    expect(await itemOf(client, table, id)).toEqual({ id: { S: id }, expires_at: { N: "9000000000000000" } });
  });
});
