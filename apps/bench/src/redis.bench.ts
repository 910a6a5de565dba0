import { randomBytes } from "node:crypto";
import { RedisStore } from "@oncekey/redis";
import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
import { type Alone, alone } from "./stores/alone.js";
import { storeContender } from "./stores/ours.js";
import { byIoredis, byNodeRedis, openNodeRedis, redisFloor } from "./stores/redis.js";
import type { BenchCase, BenchGroup, BenchSuite } from "./suite.js";

const KEPT = 512;
const BURST = 64;
const LATENCY_MS = 1_000;
const LATENCY_ROUNDS = 3;

function bare(driver: string, commander: Parameters<typeof redisFloor>[1]): Alone {
  return alone(redisFloor(driver, commander), "bare driver");
}

function storeOn(store: RedisStore, name: string): Alone {
  return alone(storeContender(name, "redis", store), name);
}

type Path = "first" | "replay";

/** One operation on an id that is new, or that all contenders have. */
function operations(kept: readonly string[]): (contender: Alone, path: Path) => () => Promise<unknown> {
  let next = 0;
  return (contender, path) => () =>
    contender[path](path === "first" ? randomBytes(32).toString("base64url") : (kept[next++ % KEPT] ?? ""));
}

async function groupsOf(
  contenders: readonly [Alone, ...Alone[]],
  kept: readonly string[],
  how: string,
): Promise<BenchGroup[]> {
  const operation = operations(kept);
  const group = async (title: string, note: string, path: Path, burst: boolean): Promise<BenchGroup> => {
    const toCase = (contender: Alone): BenchCase => {
      const run = operation(contender, path);
      return { name: contender.name, run: burst ? () => Promise.all(Array.from({ length: BURST }, run)) : run };
    };
    const [floor, ...others] = contenders;
    const latencies = await latenciesOf(contenders, (contender) => operation(contender, path), burst ? BURST : 1);
    return {
      title: `${title}, ${how}`,
      note: `Baseline: the bare driver's ${note}\n\n${latencies}`,
      cases: [toCase(floor), ...others.map(toCase)],
    };
  };
  const writes = "SET NX PX and SET PX.";
  const read = "GET, of as many bytes.";
  return [
    await group("A first request (claim + completion)", `${writes} Wanted: a speed of 0.88.`, "first", false),
    await group(`${BURST} first requests at once`, `${writes} Wanted: a speed of 0.95.`, "first", true),
    await group("A replay", read, "replay", false),
    await group(`${BURST} replays at once`, `${read} Wanted: a speed of 0.95.`, "replay", true),
  ];
}

/** How long one operation takes where so many callers keep on calling; the contenders in turns. */
async function latenciesOf(
  contenders: readonly Alone[],
  operation: (contender: Alone) => () => Promise<unknown>,
  callers: number,
): Promise<string> {
  const all = contenders.map((contender) => ({ contender, run: operation(contender), latencies: [] as number[] }));
  for (let round = 0; round < LATENCY_ROUNDS; round++) {
    for (const { run, latencies } of all) {
      const end = performance.now() + LATENCY_MS / LATENCY_ROUNDS;
      const caller = async () => {
        while (performance.now() < end) {
          const start = performance.now();
          await run();
          latencies.push(performance.now() - start);
        }
      };
      await Promise.all(Array.from({ length: callers }, caller));
    }
  }
  const parts = all.map(({ contender, latencies }) => {
    const sorted = latencies.toSorted((a, b) => a - b);
    const [p50, p99] = [0.5, 0.99].map((share) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
    return `${contender.name} p50 ${p50?.toFixed(2)} ms, p99 ${p99?.toFixed(2)} ms`;
  });
  return `With ${callers} ${callers === 1 ? "caller" : "callers"}: ${parts.join("; ")}.`;
}

/** On a server that appends to its file, as in production, and one connection, as services have it. */
export const redisSuite: BenchSuite = {
  name: "redis",
  open: async () => {
    const server = await startRedis({ settings: { appendfsync: "everysec" } });
    const redis = new Redis(server.url);
    const nodeRedis = openNodeRedis(server.url);
    await nodeRedis.connect();
    const kept = Array.from({ length: KEPT }, () => randomBytes(32).toString("base64url"));
    const ioredis: [Alone, ...Alone[]] = [
      bare("ioredis", byIoredis(redis)),
      storeOn(new RedisStore(redis), "RedisStore"),
      storeOn(new RedisStore(redis, { batch: false, prefix: "alone:" }), "RedisStore, batch: false"),
    ];
    const other: [Alone, ...Alone[]] = [
      bare("node-redis", byNodeRedis(nodeRedis)),
      storeOn(new RedisStore(nodeRedis, { prefix: "other:" }), "RedisStore"),
    ];
    for (const contender of [...ioredis, ...other]) {
      await contender.keep(kept);
      // Until the store knows that it may gather keys.
      await Promise.all(kept.map((id) => contender.replay(id)));
    }
    return {
      groups: [...(await groupsOf(ioredis, kept, "ioredis 6")), ...(await groupsOf(other, kept, "node-redis 6"))],
      close: async () => {
        redis.disconnect();
        nodeRedis.destroy();
        await server.stop();
      },
    };
  },
};
