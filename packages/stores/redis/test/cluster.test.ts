import { type RedisServer, startRedisCluster, takeOver } from "@oncekey/services";
import { Cluster, Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { NotReplicatedError, RedisStore } from "../src/index.js";
import { slotOf } from "../src/slot.js";
import { conform, inTurn } from "./conform.js";
import { drivers, ioredis6 } from "./drivers.js";
import { completed, freshId, given, HOUR_MS, running } from "./harness.js";

const cluster = await startRedisCluster();
const nodes = [...cluster.masters, ...cluster.replicas];
const ports = nodes.map(({ port }) => port);
afterAll(() => cluster.stop());

async function onEach(servers: readonly RedisServer[], command: string, ...rest: string[]): Promise<unknown[]> {
  return Promise.all(
    servers.map(async ({ url }) => {
      const node = new Redis(url);
      try {
        return await node.call(command, ...rest);
      } finally {
        node.disconnect();
      }
    }),
  );
}

const clients = await Promise.all(Array.from({ length: 4 }, () => ioredis6.connectCluster(ports)));
afterAll(() => {
  for (const { close } of clients) close();
});
conform("ioredis 6, Cluster", inTurn(clients.map(({ client }) => client)));

describe.each(drivers)("on a cluster, $name", async ({ connectCluster }) => {
  const { client, close } = await connectCluster(ports);
  afterAll(close);
  const store = new RedisStore(client);

  it("reaches every node, key by key, and keys with braces", async () => {
    await Promise.all(Array.from({ length: 60 }, () => given(store)));
    const id = `{a}${freshId()}{b}`;
    expect(await store.create(id, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
    expect(await store.create(id, "v2", running(), HOUR_MS)).toMatchObject({ current: { version: "v1" } });
    expect(await store.replace(id, "v1", "v3", completed())).toMatchObject({ written: true });
    expect(await store.get(id)).toMatchObject({ version: "v3" });
  });

  it("gives a node the script that it has forgotten", async () => {
    await onEach(cluster.masters, "SCRIPT", "FLUSH");
    await Promise.all(Array.from({ length: 30 }, () => given(store)));
  });

  it("waits for the replica of the key's own node", async () => {
    const waiting = new RedisStore(client, { waitReplicas: { count: 1, timeoutMs: 2_000 } });
    for (let count = 0; count < 12; count++) {
      const { id, version } = await given(waiting);
      expect(await waiting.replace(id, version, "v2", completed())).toMatchObject({ written: true });
    }
    const two = new RedisStore(client, { waitReplicas: { count: 2, timeoutMs: 50 } });
    await expect(two.create(freshId(), "v1", running(), HOUR_MS)).rejects.toBeInstanceOf(NotReplicatedError);
  });

  it("asks every master for its policy", async () => {
    expect(await store.evictionPolicy()).toBe("noeviction");
    await onEach(cluster.masters.slice(2), "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    expect(await store.evictionPolicy()).toBe("allkeys-lru");
    await onEach(cluster.masters.slice(2), "CONFIG", "SET", "maxmemory-policy", "noeviction");
  });
});

/** Ids in the slots of one of the three masters. */
function* idsOf(master: number): Generator<string> {
  for (;;) {
    const id = freshId();
    if (Math.floor((slotOf(`oncekey:${id}`) * 3) / 16_384) === master) yield id;
  }
}

/** Writes on, while the replica hears nothing; then the master dies and the replica takes its place. */
async function acknowledgedBeforeFailover(shard: number, store: RedisStore, refused: () => void): Promise<string[]> {
  const [master, replica] = [cluster.masters[shard], cluster.replicas[shard]];
  if (master === undefined || replica === undefined) throw new Error("no such shard");
  // Only pausing it would not do: what is in its socket is applied when it wakes up.
  replica.pause();
  await onEach([master], "CLIENT", "KILL", "TYPE", "replica");
  const ids = idsOf(shard);
  const acknowledged: string[] = [];
  for (let count = 0; count < 20; count++) {
    const { value: id = "" } = ids.next();
    await store.create(id, "v1", running(), HOUR_MS).then(() => acknowledged.push(id), refused);
  }
  await master.kill();
  replica.resume();
  await takeOver(
    replica,
    nodes.filter((node) => node !== master && node !== replica),
  );
  await master.start();
  return acknowledged;
}

describe("a failover of the cluster that nobody was told of", () => {
  const client = new Cluster(
    ports.map((port) => ({ host: "127.0.0.1", port })),
    { redisOptions: { commandTimeout: 20_000 } },
  ).on("error", () => {});
  afterAll(() => client.disconnect());

  async function lost(ids: readonly string[]): Promise<number> {
    const store = new RedisStore(client);
    let count = 0;
    // The client learns of the new master by and by.
    const reached = () =>
      store.get(ids[0] ?? "").then(
        () => true,
        () => false,
      );
    await expect.poll(reached, { timeout: 20_000 }).toBe(true);
    for (const id of ids) if ((await store.get(id)) === undefined) count += 1;
    return count;
  }

  it("forgets acknowledged claims: asynchronous replicas are no guarantee", async () => {
    const store = new RedisStore(client);
    await given(store);
    const acknowledged = await acknowledgedBeforeFailover(0, store, () => expect.fail("refused"));
    expect(acknowledged).toHaveLength(20);
    expect(await lost(acknowledged)).toBe(20);
  }, 60_000);

  it("with waitReplicas, the same claims are refused, and none that was acknowledged is lost", async () => {
    const store = new RedisStore(client, { waitReplicas: { count: 1, timeoutMs: 50 } });
    const before: string[] = [];
    const ids = idsOf(1);
    for (let count = 0; count < 20; count++) {
      const { value: id = "" } = ids.next();
      expect(await store.create(id, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
      before.push(id);
    }
    let refused = 0;
    const acknowledged = await acknowledgedBeforeFailover(1, store, () => {
      refused += 1;
    });
    expect([acknowledged.length, refused]).toEqual([0, 20]);
    expect(await lost(before)).toBe(0);
  }, 60_000);

  it("the script and the keys that have moved are found again", async () => {
    const store = new RedisStore(client);
    for (let shard = 0; shard < 2; shard++) {
      const { value: id = "" } = idsOf(shard).next();
      expect(await store.create(id, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
      expect(await store.replace(id, "v1", "v2", completed())).toMatchObject({ written: true });
    }
  });
});
