import { createOncekey, type OncekeyEvent } from "@oncekey/core";
import { startRedisSentinel } from "@oncekey/services";
import { Redis } from "ioredis";
import * as redis6 from "redis";
import * as redis5 from "redis-5";
import { afterAll, describe, expect, it } from "vitest";
import { type RedisClient, RedisStore } from "../src/index.js";
import { conform, inTurn } from "./conform.js";
import { completed, freshId, given, HOUR_MS, running } from "./harness.js";

const { name, sentinel, servers, masterPort, failOver, stop } = await startRedisSentinel();
afterAll(stop);

const sentinels = [{ host: "127.0.0.1", port: sentinel.port }];
const settings = { sentinels, name, retryStrategy: () => 50, sentinelRetryStrategy: () => 50 };
const connect = () => new Redis(settings).on("error", () => {});

const clients = Array.from({ length: 4 }, connect);
afterAll(() => {
  for (const client of clients) client.disconnect();
});
conform("ioredis 6, Sentinel", inTurn(clients));

/** Only what is called here: to make one type of both majors' own takes the compiler a minute. */
type SentinelClient = RedisClient & {
  on(event: "error", listener: () => void): unknown;
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
};

describe.each<[string, () => SentinelClient]>([
  ["5", () => redis5.createSentinel({ name, sentinelRootNodes: sentinels })],
  ["6", () => redis6.createSentinel({ name, sentinelRootNodes: sentinels })],
])("the sentinel client of node-redis %s", (_, create) => {
  it("is a client like any other", async () => {
    const client = create();
    client.on("error", () => {});
    await client.connect();
    const store = new RedisStore(client);
    const { id, version } = await given(store);
    expect(await store.replace(id, version, "v2", completed())).toMatchObject({ written: true });
    await Promise.all(Array.from({ length: 30 }, () => given(store)));
    await client.close();
  });
});

/** Which server is the master, and which one follows it. */
async function roles() {
  const port = await masterPort();
  const [first, second] = servers;
  return first.port === port ? { master: first, replica: second } : { master: second, replica: first };
}

describe("a failover in the middle of work", () => {
  it("with waitReplicas: one run and one answer for each key, and every stored answer is still there", async () => {
    const client = connect();
    const store = new RedisStore(client, { waitReplicas: { count: 1, timeoutMs: 300 } });
    const events: OncekeyEvent[] = [];
    const oncekey = createOncekey({
      store,
      policy: "at-most-once",
      claimTimeoutMs: 1_000,
      on: (event) => events.push(event),
    });
    const runs: string[] = [];
    const run = (key: string) =>
      oncekey.execute({ key, scope: "acct_1", fingerprint: "s1:x" }, async () => {
        runs.push(key);
        return `result of ${key}`;
      });
    const outcomes = new Map<string, string>();
    let working = true;
    const worker = async (lane: number) => {
      for (let count = 0; working; count++) {
        const key = `${lane}-${count}`;
        const result = await run(key);
        // An answer that could not be stored in time is stored in the background, and is told as not stored yet.
        outcomes.set(key, result.outcome === "executed" && result.stored ? "stored" : result.outcome);
      }
    };
    const workers = Promise.all(Array.from({ length: 4 }, (_, lane) => worker(lane)));
    await expect.poll(() => runs.length, { timeout: 20_000 }).toBeGreaterThan(50);
    const former = await masterPort();
    await failOver();
    const before = runs.length;
    await expect.poll(() => runs.length, { timeout: 20_000 }).toBeGreaterThan(before + 50);
    working = false;
    await workers;
    expect([...outcomes.values()]).toContain("stored");
    expect(await masterPort()).not.toBe(former);
    for (const [key, outcome] of outcomes) {
      if (outcome === "stored")
        expect(await run(key)).toMatchObject({ outcome: "replayed", value: `result of ${key}` });
    }
    expect(new Set(runs).size).toBe(runs.length);
    await oncekey.close();
    client.disconnect();
  }, 90_000);

  it("without: what the replica had not heard is forgotten, although it was acknowledged", async () => {
    const client = connect();
    const store = new RedisStore(client);
    await given(store);
    const { master, replica } = await roles();
    const admin = new Redis(master.url);
    // Only pausing it would not do: what is in its socket is applied when it wakes up.
    replica.pause();
    await admin.call("CLIENT", "KILL", "TYPE", "replica");
    admin.disconnect();
    const ids = Array.from({ length: 20 }, freshId);
    for (const id of ids) expect(await store.create(id, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
    await failOver();
    const found = await Promise.all(ids.map((id) => store.get(id)));
    expect(found.filter((stored) => stored === undefined)).toHaveLength(20);
    client.disconnect();
  }, 60_000);
});
