import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { RedisStore, type RedisStoreEvent } from "./index.js";

const server = await startRedis({ settings: { "maxmemory-policy": "volatile-lru" } });
const redis = new Redis(server.url);
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

it("a server that may evict keys with a time to live is told of once", async () => {
  const events: RedisStoreEvent[] = [];
  const store = new RedisStore(redis, { on: (event) => events.push(event) });
  await expect.poll(() => events, { timeout: 10_000 }).toEqual([{ type: "may-evict", policy: "volatile-lru" }]);
  expect(await store.evictionPolicy()).toBe("volatile-lru");
  await store.get("x");
  expect(events).toHaveLength(1);
});

it("a server that does not tell is told of as such, and the store works", async () => {
  await redis.call("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-config");
  const app = new Redis(server.url, { username: "app", password: "pw" });
  const events: RedisStoreEvent[] = [];
  const store = new RedisStore(app, { on: (event) => events.push(event) });
  await expect
    .poll(() => events, { timeout: 10_000 })
    .toMatchObject([{ type: "eviction-unknown", cause: expect.any(Error) }]);
  await expect(store.evictionPolicy()).rejects.toThrow(/NOPERM/);
  expect(await store.get("x")).toBeUndefined();
  app.disconnect();
});

it("nothing is told where all is well, and nothing is asked where nobody listens", async () => {
  await redis.config("SET", "maxmemory-policy", "noeviction");
  await redis.config("RESETSTAT");
  const events: RedisStoreEvent[] = [];
  new RedisStore(redis);
  const store = new RedisStore(redis, { on: (event) => events.push(event) });
  expect(await store.evictionPolicy()).toBe("noeviction");
  expect(events).toEqual([]);
  expect(await redis.info("commandstats")).toContain("cmdstat_config|get:calls=2,");
});
