import { addSlots, startRedis, startRedisNode, untilRedisSays } from "@oncekey/services";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { freshId, given, HOUR_MS, running } from "../test/harness.js";
import { RedisStore } from "./index.js";

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

async function open(start: typeof startRedis | typeof startRedisNode) {
  const server = await start();
  const redis = new Redis(server.url);
  closing.push(
    () => server.stop(),
    () => redis.disconnect(),
  );
  return { server, redis };
}

async function scripts(redis: Redis): Promise<number> {
  const stats = await redis.info("commandstats");
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

it("a server that refuses keys of several slots is asked key by key", async () => {
  const { server, redis } = await open(startRedisNode);
  await addSlots(server, 0, 16_383);
  await untilRedisSays(server.port, ["CLUSTER", "INFO"], (info) => info.includes("cluster_state:ok"));
  const store = new RedisStore(redis);
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 20 }, () => given(store)));
});

it("behind an address that spreads keys by the first one of a script, every key is where its own name leads", async () => {
  const shards = [await open(startRedis), await open(startRedis)];
  // What a sharding proxy does: it looks at the first key, and sends all of a command there.
  const proxy = {
    callBuffer: (command: string, [script = "", count = "", key = "", ...rest]: (string | Buffer)[]) => {
      const shard = shards[key.toString().charCodeAt(key.length - 1) % 2];
      return shard?.redis.callBuffer(command, [script, count, key, ...rest]) ?? Promise.reject(new Error("no shard"));
    },
    pipeline: () => shards[0]?.redis.pipeline() ?? expect.fail(),
  };
  const store = new RedisStore(proxy);
  const ids = Array.from({ length: 100 }, freshId);
  const claims = [];
  for (let round = 0; round < 3; round++) {
    claims.push(...(await Promise.all(ids.map((id) => store.create(id, `v${round}`, running(), HOUR_MS)))));
  }
  expect(claims.filter(({ written }) => written)).toHaveLength(100);
  const alone = new RedisStore(proxy, { batch: false });
  for (const id of ids) expect((await alone.get(id))?.version).toBe("v0");
});

it("batch: false asks key by key", async () => {
  const { redis } = await open(startRedis);
  const store = new RedisStore(redis, { batch: false });
  await given(store);
  const before = await scripts(redis);
  await Promise.all(Array.from({ length: 50 }, () => given(store)));
  expect((await scripts(redis)) - before).toBe(50);
});
