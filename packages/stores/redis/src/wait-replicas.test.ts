import { isOncekeyError } from "@oncekey/core";
import { startRedis, untilRedisSays } from "@oncekey/services";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connected, drivers } from "../test/drivers.js";
import { completed, freshId, given, HOUR_MS, running } from "../test/harness.js";
import { NotReplicatedError, RedisStore } from "./index.js";

const settings = { "repl-diskless-sync-delay": "0" };
const master = await startRedis({ settings });
const replica = await startRedis({ settings: { ...settings, replicaof: `127.0.0.1 ${master.port}` } });
const admin = new Redis(master.url);
const isLinked = (info: string) => info.includes("master_link_status:up");
await untilRedisSays(replica.port, ["INFO", "replication"], isLinked);

beforeEach(async () => {
  replica.resume();
  await untilRedisSays(replica.port, ["INFO", "replication"], isLinked);
});

afterAll(async () => {
  admin.disconnect();
  await Promise.all([master.stop(), replica.stop()]);
});

const soon = { waitReplicas: { count: 1, timeoutMs: 100 } };
const patient = { waitReplicas: { count: 1, timeoutMs: 20_000 } };
const shortfall = (error: unknown) =>
  error instanceof NotReplicatedError && error.confirmed === 0 && error.wanted === 1;

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => expect.fail(`answered ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

describe.each(drivers)("waitReplicas with $name", ({ connect }) => {
  let connected: Connected;
  let store: RedisStore;
  /** For what a replica does have: on a busy machine that may take longer than is waited for what it never has. */
  let waiting: RedisStore;
  // Each when its turn comes: the one before has had its connections cut, and those of all.
  beforeAll(async () => {
    connected = await connect(master.url);
    store = new RedisStore(connected.client, soon);
    waiting = new RedisStore(connected.client, patient);
  });
  afterAll(() => connected.close());

  it("a write counts when a replica has it, also of many at once", async () => {
    const { id, version } = await given(waiting);
    expect(await waiting.replace(id, version, "v2", completed())).toMatchObject({ written: true });
    expect(await waiting.remove(id, "v2")).toEqual({ written: true });
    for (let round = 0; round < 2; round++) await Promise.all(Array.from({ length: 30 }, () => given(waiting)));
  });

  it("without one it is a fault, until the repetition has been confirmed; what is only read is answered", async () => {
    const { id, version } = await given(waiting);
    const another = freshId();
    replica.pause();
    expect(shortfall(await failure(store.create(another, "v1", running(), HOUR_MS)))).toBe(true);
    expect(isOncekeyError(await failure(store.replace(id, version, "v2", completed())))).toBe(false);
    // Its own version stands by now. That is not enough: it is not on the replica either.
    expect(shortfall(await failure(store.replace(id, version, "v2", completed())))).toBe(true);
    expect(shortfall(await failure(store.create(another, "v1", running(), HOUR_MS)))).toBe(true);
    expect(await store.get(id)).toMatchObject({ version: "v2" });
    expect(await store.create(id, "other", running(), HOUR_MS)).toMatchObject({ written: false });
    expect(await store.replace(freshId(), "v1", "v2", running())).toEqual({ written: false, current: undefined });
    replica.resume();
    expect(await waiting.replace(id, version, "v2", completed())).toMatchObject({ written: true });
    expect(await waiting.create(another, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
  });

  it("a connection that breaks between the write and its confirmation is a fault", async () => {
    await given(waiting);
    const id = freshId();
    replica.pause();
    const outcome = failure(waiting.create(id, "v1", running(), HOUR_MS));
    const isBlocked = async () => /blocked_clients:1\b/.test(await admin.info("clients"));
    await expect.poll(isBlocked, { timeout: 10_000 }).toBe(true);
    // A new connection has written nothing, so to WAIT everything is confirmed there: that must not be its answer.
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    expect(await outcome).toBeInstanceOf(Error);
  });
});

it("many writes at once share one wait, and each of them learns of its shortfall", async () => {
  const store = new RedisStore(admin, { waitReplicas: { count: 1, timeoutMs: 1_000 } });
  const waits = async () => {
    await admin.config("RESETSTAT");
    await Promise.all(Array.from({ length: 30 }, () => given(store)));
    return Number(/cmdstat_wait:calls=(\d+)/.exec(await admin.info("commandstats"))?.[1]);
  };
  // Nothing is gathered before a probe, which begins beside the first writes, has shown that it may be.
  await expect.poll(waits, { timeout: 20_000 }).toBeLessThanOrEqual(4);
  replica.pause();
  const claims = await Promise.allSettled(
    Array.from({ length: 30 }, () => store.create(freshId(), "v1", running(), HOUR_MS)),
  );
  expect(claims.filter((claim) => claim.status === "rejected" && shortfall(claim.reason))).toHaveLength(30);
});
