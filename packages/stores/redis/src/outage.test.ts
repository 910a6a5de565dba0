import { createOncekey, type OncekeyEvent } from "@oncekey/core";
import { openWay, startRedis, testRedisUrl } from "@oncekey/services";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { describe, expect, it } from "vitest";
import { completed, freshId, given, HOUR_MS, running } from "../test/harness.js";
import { type RedisClient, RedisStore } from "./index.js";

const operation = (key: string) => ({ key, scope: "acct_1", fingerprint: "s1:outage" });
const deaf = () => {};

describe.each<[string, (url: string) => Promise<[RedisClient, close: () => void]>]>([
  [
    "ioredis, as it comes",
    async (url) => {
      const client = new Redis(url).on("error", deaf);
      return [client, () => client.disconnect()];
    },
  ],
  [
    "node-redis, as it comes",
    async (url) => {
      const client = createClient({ url }).on("error", deaf);
      await client.connect();
      return [client, () => client.destroy()];
    },
  ],
])("with %s", (_, connect) => {
  it("and the server killed at a claim, and in the middle of a run, nothing runs twice and no result is lost", async () => {
    const server = await startRedis();
    const [client, close] = await connect(server.url);
    try {
      const events: OncekeyEvent[] = [];
      const oncekey = createOncekey({
        store: new RedisStore(client),
        policy: "at-most-once",
        claimTimeoutMs: 1_000,
        completionTimeoutMs: 500,
        on: (event) => events.push(event),
      });
      const runs: string[] = [];
      const run = (key: string, meanwhile = async () => {}) =>
        oncekey.execute(operation(key), async () => {
          runs.push(key);
          await meanwhile();
          return `result of ${key}`;
        });

      // In the middle of a run: the caller has its answer, and it is stored when the server is back.
      expect(await run("cut", () => server.kill())).toMatchObject({ outcome: "executed", stored: false });
      // At a claim: nothing runs, and the key is not held by what never ran.
      expect(await run("early")).toMatchObject({ outcome: "store-unavailable" });
      expect(runs).toEqual(["cut"]);

      await server.start();
      await expect
        .poll(() => events, { timeout: 30_000 })
        .toContainEqual(expect.objectContaining({ type: "completed", late: true }));
      expect(await run("cut")).toMatchObject({ outcome: "replayed", value: "result of cut" });
      // The claim that was given up may still be on its way in the driver's queue; it is cleaned up behind it.
      await expect.poll(async () => (await run("early")).outcome, { timeout: 20_000 }).toMatch(/executed|replayed/);
      expect(runs).toEqual(["cut", "early"]);
      expect(await oncekey.close()).toEqual({ unfinished: 0 });
    } finally {
      close();
      await server.stop();
    }
  }, 90_000);
});

it("a reply that is lost is asked for again by ioredis itself, and finds its own version", async () => {
  const way = await openWay(testRedisUrl());
  const direct = new Redis(testRedisUrl());
  const client = new Redis(way.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 }).on("error", deaf);
  const store = new RedisStore(client);
  const lose = async (key: string, applied: (value: string) => boolean, call: () => Promise<unknown>) => {
    way.slow(60_000);
    const reply = call();
    await expect.poll(async () => applied((await direct.get(key)) ?? ""), { timeout: 10_000 }).toBe(true);
    way.cut();
    way.heal();
    return reply;
  };
  try {
    await given(store); // the server knows the script
    const id = freshId();
    const key = `oncekey:${id}`;
    expect(
      await lose(
        key,
        (value) => value.includes("v1"),
        () => store.create(id, "v1", running(), HOUR_MS),
      ),
    ).toMatchObject({ written: true, stored: { version: "v1" } });
    expect(
      await lose(
        key,
        (value) => value.includes("v2"),
        () => store.replace(id, "v1", "v2", completed()),
      ),
    ).toMatchObject({ written: true, stored: { version: "v2" } });
    expect(
      await lose(
        key,
        (value) => value === "",
        () => store.remove(id, "v2"),
      ),
    ).toEqual({ written: true });
  } finally {
    client.disconnect();
    direct.disconnect();
    await way.close();
  }
});

it("what ioredis will not repeat is a fault with its cause, and no verdict", async () => {
  const server = await startRedis();
  const client = new Redis(server.url, { maxRetriesPerRequest: 0, enableOfflineQueue: false }).on("error", deaf);
  try {
    const store = new RedisStore(client);
    await expect.poll(() => client.status, { timeout: 10_000 }).toBe("ready");
    const { id } = await given(store);
    await server.kill();
    await expect(store.get(id)).rejects.toMatchObject({
      message: expect.stringMatching(/^RedisStore get: /),
      cause: expect.any(Error),
    });
  } finally {
    client.disconnect();
    await server.stop();
  }
});
