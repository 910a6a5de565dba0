import { randomBytes } from "node:crypto";
import { type Completed, encodeRecord, type InProgress } from "@oncekey/core";
import { RedisStore } from "@oncekey/redis";
import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
import { createClient } from "redis";
import type { BenchCase, BenchGroup, BenchSuite } from "./suite.js";

const DAY_MS = 86_400_000;
const KEPT = 512;
const BURST = 64;
const LATENCY_MS = 1_000;
const LATENCY_ROUNDS = 3;

const fingerprint = `s1:${"x".repeat(43)}`;
const running: InProgress = { state: "in-progress", fingerprint, attempt: 1, leaseMs: 30_000 };
const completed: Completed = { state: "completed", fingerprint, attempt: 1, result: randomBytes(350) };
const runningBytes = Buffer.from(encodeRecord(running));
const completedBytes = Buffer.from(encodeRecord(completed));

/** A way to do the two things that are measured, for one id. */
interface Contender {
  readonly name: string;
  first(id: string): Promise<unknown>;
  replay(id: string): Promise<unknown>;
}

const openNodeRedis = (url: string) => createClient({ url });
type NodeRedis = ReturnType<typeof openNodeRedis>;

/** The least that could work: two commands to write and one to read, which judge nothing and keep no time. */
function bareIoredis(redis: Redis): Contender {
  return {
    name: "bare driver",
    first: async (id) => {
      await redis.set(id, runningBytes, "PX", DAY_MS, "NX");
      await redis.set(id, completedBytes, "PX", DAY_MS);
    },
    replay: (id) => redis.getBuffer(id),
  };
}

function bareNodeRedis(client: NodeRedis): Contender {
  const buffers = client.withTypeMapping({ 36: Buffer });
  const expiration = { type: "PX", value: DAY_MS } as const;
  return {
    name: "bare driver",
    first: async (id) => {
      await client.set(id, runningBytes, { expiration, condition: "NX" });
      await client.set(id, completedBytes, { expiration });
    },
    replay: (id) => buffers.get(id),
  };
}

function storeOn(store: RedisStore, name: string): Contender {
  return {
    name,
    first: async (id) => {
      await store.create(id, "prefix-01234-1", running, DAY_MS);
      await store.replace(id, "prefix-01234-1", "prefix-01234-2", completed);
    },
    replay: (id) => store.create(id, "prefix-01234-3", running, DAY_MS),
  };
}

type Path = "first" | "replay";

/** One operation on an id that is new, or that all contenders have. */
function operations(kept: readonly string[]): (contender: Contender, path: Path) => () => Promise<unknown> {
  let next = 0;
  return (contender, path) => () =>
    contender[path](path === "first" ? randomBytes(32).toString("base64url") : (kept[next++ % KEPT] ?? ""));
}

async function groupsOf(
  contenders: readonly [Contender, ...Contender[]],
  kept: readonly string[],
  how: string,
): Promise<BenchGroup[]> {
  const operation = operations(kept);
  const group = async (title: string, note: string, path: Path, burst: boolean): Promise<BenchGroup> => {
    const toCase = (contender: Contender): BenchCase => {
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
  contenders: readonly Contender[],
  operation: (contender: Contender) => () => Promise<unknown>,
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
    const ioredis: [Contender, ...Contender[]] = [
      bareIoredis(redis),
      storeOn(new RedisStore(redis), "RedisStore"),
      storeOn(new RedisStore(redis, { batch: false, prefix: "alone:" }), "RedisStore, batch: false"),
    ];
    const other: [Contender, ...Contender[]] = [
      bareNodeRedis(nodeRedis),
      storeOn(new RedisStore(nodeRedis, { prefix: "other:" }), "RedisStore"),
    ];
    for (const contender of [...ioredis, ...other]) {
      for (const id of kept) await contender.first(id);
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
