import { createHash, randomBytes } from "node:crypto";
import { RedisStore } from "@oncekey/redis";
import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
import { completed, type Grown, growthGroups, running, SIZES } from "./growth.bench.js";
import { completedBytes } from "./stores/payload.js";
import { byIoredis } from "./stores/redis.js";
import type { BenchSuite } from "./suite.js";

const WEEK_MS = 604_800_000;
const PREFIX = "oncekey:";
/** Keys that one script writes. */
const PART = 20_000;

/** 200 bytes as they are stored, so that 10 million take 4 GB. */
const small = { ...completed, result: randomBytes(120) };

/** Copies a value under the ids from the first to the last number; `idOf` says the same here. */
const FILL = `
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  redis.call('SET', ARGV[3] .. redis.sha1hex('grown ' .. string.format('%.0f', n)) .. 'abc', ARGV[4], 'PX', ARGV[5])
end`;

function idOf(n: number): string {
  return `${createHash("sha1").update(`grown ${n}`).digest("hex")}abc`;
}

/** A database of its own for each number, because keys of one database share its table. */
async function grow(redis: Redis, count: number): Promise<Grown> {
  const store = new RedisStore(redis, { prefix: PREFIX });
  await store.create("sample", "v1", running, WEEK_MS);
  await store.replace("sample", "v1", "v2", small);
  const value = await redis.getBuffer(`${PREFIX}sample`);
  if (value === null) throw new Error("the record that is to be copied is not there");
  for (let from = 1; from <= count; from += PART) {
    await redis.eval(FILL, 0, from, Math.min(count, from + PART - 1), PREFIX, value, WEEK_MS);
  }
  // Until the store knows that it may gather keys.
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 64 }, (_, n) => store.create(idOf(n + 1), "v3", running, WEEK_MS)));
  }
  const bare = byIoredis(redis);
  const floor = {
    first: async (id: string) => {
      await bare.claim(PREFIX + id);
      await bare.write(PREFIX + id, completedBytes);
    },
    replay: (id: string) => bare.read(PREFIX + id),
  };
  return { count, store, idOf, floor };
}

/**
 * Whether claims and replays cost more where there are more records; `ONCEKEY_BENCH_RECORDS` says how many. Nothing goes to
 * a file, so that no rewrite of one falls on some rounds.
 */
export const redisGrowthSuite: BenchSuite = {
  name: "redis-growth",
  open: async () => {
    const server = await startRedis({ settings: { appendonly: "no", save: "" } });
    const clients = SIZES.map((_, db) => new Redis(server.url, { db }));
    const close = async () => {
      for (const client of clients) client.disconnect();
      await server.stop();
    };
    try {
      const grown: Grown[] = [];
      for (const [index, client] of clients.entries()) grown.push(await grow(client, SIZES[index] ?? 0));
      const [used = "unknown"] = /(?<=used_memory_human:)\S+/.exec((await clients[0]?.info("memory")) ?? "") ?? [];
      return { groups: growthGroups(grown, `The server holds ${used} in memory.`), close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};
