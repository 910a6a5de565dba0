import { freePort } from "./free-port.js";
import { type RedisServer, startRedis } from "./redis.js";
import { askRedis, untilRedisSays } from "./redis-ask.js";

const SLOTS = 16_384;
const SLOTS_PER_LINE = 8_192;

/** A Redis Cluster of three masters, each with one replica. */
export interface RedisCluster {
  readonly masters: readonly RedisServer[];
  /** In the order of their masters. */
  readonly replicas: readonly RedisServer[];
  stop(): Promise<void>;
}

/** A node that takes part in a cluster. It is slow to take others for dead, so that a busy machine causes no failover. */
export async function startRedisNode(): Promise<RedisServer> {
  return startRedis({
    settings: {
      "cluster-enabled": "yes",
      "cluster-port": String(await freePort()),
      "cluster-node-timeout": "15000",
      "cluster-replica-validity-factor": "0",
      "repl-diskless-sync-delay": "0",
      "repl-ping-replica-period": "1",
    },
  });
}

/** Gives a node that range of slots, first and last included. */
export async function addSlots({ port }: RedisServer, first: number, last: number): Promise<void> {
  const slots = Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
  // A line may have 64 KiB.
  while (slots.length > 0) await askRedis(port, "CLUSTER", "ADDSLOTS", ...slots.splice(0, SLOTS_PER_LINE));
}

/** Starts a cluster on free ports of 127.0.0.1, needs Redis 7 or Valkey. Resolves when every node says that it is ready. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    // One after the other, so that no port is given away twice.
    for (let count = 0; count < 6; count++) nodes.push(await startRedisNode());
    const [masters, replicas] = [nodes.slice(0, 3), nodes.slice(3)];
    await join(masters, nodes);
    await attach(masters, replicas);
    for (const { port } of nodes)
      await untilRedisSays(port, ["CLUSTER", "INFO"], (info) => info.includes("cluster_state:ok"));
    return { masters, replicas, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function join(masters: readonly RedisServer[], nodes: readonly RedisServer[]): Promise<void> {
  for (const [index, master] of masters.entries()) {
    const first = Math.floor((SLOTS * index) / masters.length);
    await addSlots(master, first, Math.floor((SLOTS * (index + 1)) / masters.length) - 1);
  }
  for (const [index, { port }] of nodes.entries())
    await askRedis(port, "CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
  const [first, ...others] = nodes;
  for (const { port } of others) {
    const answer = await askRedis(port, "CONFIG", "GET", "cluster-port");
    const busPort = answer.trim().split("\r\n").at(-1) ?? "";
    await askRedis(first?.port ?? 0, "CLUSTER", "MEET", "127.0.0.1", String(port), busPort);
  }
  for (const { port } of nodes) {
    await untilRedisSays(
      port,
      ["CLUSTER", "NODES"],
      (list) => list.split("connected").length - 1 === nodes.length && !list.includes("handshake"),
    );
  }
}

async function attach(masters: readonly RedisServer[], replicas: readonly RedisServer[]): Promise<void> {
  for (const [index, { port }] of replicas.entries()) {
    const id = (await askRedis(masters[index]?.port ?? 0, "CLUSTER", "MYID")).trim().split("\r\n").at(-1) ?? "";
    await untilRedisSays(port, ["CLUSTER", "REPLICATE", id], (answer) => answer.startsWith("+OK"));
  }
  for (const { port } of replicas) await untilRedisSays(port, ["INFO", "replication"], isLinked);
}

/** Makes the replica of a dead master the master of its slots, at once, and waits until all others have heard of it. */
export async function takeOver(replica: RedisServer, others: readonly RedisServer[]): Promise<void> {
  await untilRedisSays(replica.port, ["CLUSTER", "FAILOVER", "TAKEOVER"], (answer) => answer.startsWith("+OK"));
  const id = (await askRedis(replica.port, "CLUSTER", "MYID")).trim().split("\r\n").at(-1) ?? "";
  const heard = (list: string) =>
    list.split("\n").some((line) => line.startsWith(id) && /master.*connected \d/.test(line));
  for (const { port } of [replica, ...others]) await untilRedisSays(port, ["CLUSTER", "NODES"], heard);
}

/** Whether the answer to `INFO replication` is that of a replica that has caught up. */
export function isLinked(info: string): boolean {
  return info.includes("master_link_status:up");
}
