import { RedisStore } from "@oncekey/redis";
import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
import { createClient } from "redis";
import * as redis4 from "redis-4";
import { type Arena, type Contender, forEachKey, type Team } from "./contender.js";
import { engineContender, storeContender } from "./ours.js";
import { completedBytes, RETENTION_MS, runningBytes } from "./payload.js";
import { connectExpressIdempotency } from "./peers/express-idempotency.js";
import { connectNodeIdempotency } from "./peers/node-idempotency.js";
import { connectPowertoolsCache } from "./peers/powertools.js";

const AT_ONCE = 64;
export const openNodeRedis = (url: string) => createClient({ url });
type NodeRedis = ReturnType<typeof openNodeRedis>;

/** The three commands that the least would be made of, by one driver. */
interface Commander {
  claim(key: string): Promise<unknown>;
  write(key: string, bytes: Buffer): Promise<unknown>;
  read(key: string): Promise<Buffer | null>;
}

/** `SET NX PX` to claim, `SET PX` to complete or to take over, `GET` to read. It judges nothing and keeps no time. */
export function redisFloor(driver: string, redis: Commander): Contender {
  return {
    name: `bare ${driver}`,
    driver,
    role: "floor",
    prepare: (path, keys) =>
      forEachKey(keys, AT_ONCE, (key) => redis.write(key, path === "replay" ? completedBytes : runningBytes)),
    run: async (key, path) => {
      if (path === "replay" || path === "duplicate") {
        const bytes = await redis.read(key);
        return bytes?.length === completedBytes.length ? "replayed" : "in-progress";
      }
      const claimed = (await redis.claim(key)) === "OK";
      if (claimed !== (path === "first")) throw new Error("A claim ended otherwise than it should.");
      if (path === "takeover") await redis.write(key, runningBytes);
      await redis.write(key, completedBytes);
      return "ran";
    },
  };
}

export function byIoredis(redis: Redis): Commander {
  return {
    claim: (key) => redis.set(key, runningBytes, "PX", RETENTION_MS, "NX"),
    write: (key, bytes) => redis.set(key, bytes, "PX", RETENTION_MS),
    read: (key) => redis.getBuffer(key),
  };
}

export function byNodeRedis(client: NodeRedis): Commander {
  const buffers = client.withTypeMapping({ 36: Buffer });
  const expiration = { type: "PX", value: RETENTION_MS } as const;
  return {
    claim: (key) => client.set(key, runningBytes, { expiration, condition: "NX" }),
    write: (key, bytes) => client.set(key, bytes, { expiration }),
    read: (key) => buffers.get(key),
  };
}

const openNodeRedis4 = (url: string) => redis4.createClient({ url });

function byNodeRedis4(client: ReturnType<typeof openNodeRedis4>): Commander {
  const buffers = redis4.commandOptions({ returnBuffers: true });
  return {
    claim: (key) => client.set(key, runningBytes, { PX: RETENTION_MS, NX: true }),
    write: (key, bytes) => client.set(key, bytes, { PX: RETENTION_MS }),
    read: (key) => client.get(buffers, key),
  };
}

async function connect(url: string): Promise<Team> {
  const ioredis = new Redis(url);
  const nodeRedis = openNodeRedis(url);
  const nodeRedis4 = openNodeRedis4(url);
  // What breaks with the server breaks the request too.
  for (const client of [ioredis, nodeRedis, nodeRedis4]) client.on("error", () => {});
  await Promise.all([nodeRedis.connect(), nodeRedis4.connect()]);
  const peers = [
    await connectNodeIdempotency(url),
    await connectExpressIdempotency(url),
    await connectPowertoolsCache(url),
  ];
  return {
    contenders: [
      redisFloor("ioredis", byIoredis(ioredis)),
      storeContender("RedisStore, ioredis", "ioredis", new RedisStore(ioredis)),
      engineContender("Oncekey, ioredis", "ioredis", new RedisStore(ioredis)),
      redisFloor("node-redis", byNodeRedis(nodeRedis)),
      storeContender("RedisStore, node-redis", "node-redis", new RedisStore(nodeRedis)),
      engineContender("Oncekey, node-redis", "node-redis", new RedisStore(nodeRedis)),
      redisFloor("node-redis 4", byNodeRedis4(nodeRedis4)),
      storeContender("RedisStore, node-redis 4", "node-redis 4", new RedisStore(nodeRedis4)),
      engineContender("Oncekey, node-redis 4", "node-redis 4", new RedisStore(nodeRedis4)),
      ...peers.flatMap(({ contenders }) => contenders),
    ],
    close: async () => {
      ioredis.disconnect();
      nodeRedis.destroy();
      await nodeRedis4.disconnect();
      for (const peer of peers) await peer.close();
    },
  };
}

/** On a server that appends to its file, as in production, and one connection each, as services have it. */
export async function openRedis(): Promise<Arena> {
  const server = await startRedis({ settings: { appendfsync: "everysec" } });
  const asking = new Redis(server.url);
  const info = await asking.info("server");
  const version = /(?:valkey|redis)_version:(\S+)/.exec(info)?.[1] ?? "?";
  return {
    name: "Redis",
    server: `Redis ${version}, appendonly yes, appendfsync everysec`,
    url: server.url,
    notes: [
      "Floor: `SET NX PX` and `SET PX` for a first request, a refused `SET NX PX` and two `SET PX` for a take-over, `GET` of as many bytes otherwise; by the same driver.",
      "Each contender of a driver shares one connection with the floor of that driver; each peer has its own, as it makes it.",
      "node-redis is version 6; @node-idempotency (core and Redis adapter) and express-idempotency (service and Redis adapter) bring version 4, which is far faster, and are compared with the floor and with Oncekey by that. Powertools is given version 6.",
      "Powertools' cache layer does not keep the hash of the payload when it completes, so a replay with payload validation fails: it runs without. The others take a fingerprint of the body, or compare it.",
      "express-idempotency answers before its completion is stored; it is timed until it is.",
    ],
    pids: async () => [Number(/process_id:(\d+)/.exec(info)?.[1])],
    connect,
    commandsOf: async (work) => {
      await asking.config("RESETSTAT");
      await work();
      const stats = (await asking.info("commandstats")).matchAll(/cmdstat_(\S+?):calls=(\d+)/g);
      const own = new Set(["config|resetstat", "info"]);
      return new Map([...stats].flatMap(([, name = "", calls]) => (own.has(name) ? [] : [[name, Number(calls)]])));
    },
    stop: async () => {
      asking.disconnect();
      await server.stop();
    },
  };
}
