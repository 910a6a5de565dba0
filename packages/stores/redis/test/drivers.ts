import { Redis as Ioredis6, Cluster as IoredisCluster6 } from "ioredis";
import { Redis as Ioredis5, Cluster as IoredisCluster5 } from "ioredis-5";
import * as redis6 from "redis";
import * as redis4 from "redis-4";
import * as redis5 from "redis-5";
import type { RedisClient } from "../src/index.js";

/** A client that is connected, and how to end it. */
export interface Connected {
  readonly client: RedisClient;
  close(): void;
}

export interface Driver {
  readonly name: string;
  connect(url: string): Promise<Connected>;
  connectCluster(ports: readonly number[]): Promise<Connected>;
}

/** Clients that are to give up on their own, so that a fault is seen as one. */
const impatient = { maxRetriesPerRequest: 1, connectTimeout: 1_000, commandTimeout: 3_000, retryStrategy: () => 50 };
const impatientCluster = { redisOptions: impatient, clusterRetryStrategy: () => 50, slotsRefreshTimeout: 1_000 };
/** node-redis keeps commands while it is offline, for ever; without that queue it says at once that it is. */
const offline = { disableOfflineQueue: true } as const;

const addresses = (ports: readonly number[]) => ports.map((port) => ({ host: "127.0.0.1", port }));
const rootNodes = (ports: readonly number[]) => ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
const deaf = () => {};

export const ioredis6: Driver = {
  name: "ioredis 6",
  connect: async (url) => {
    const client = new Ioredis6(url, impatient).on("error", deaf);
    return { client, close: () => client.disconnect() };
  },
  connectCluster: async (ports) => {
    const client = new IoredisCluster6(addresses(ports), impatientCluster).on("error", deaf);
    return { client, close: () => client.disconnect() };
  },
};

/** With every option that touches what the store sends or is answered. */
const ioredis5: Driver = {
  name: "ioredis 5, automatic pipelines, numbers as strings, a key prefix",
  connect: async (url) => {
    const options = { enableAutoPipelining: true, stringNumbers: true, keyPrefix: "app:" };
    const client = new Ioredis5(url, { ...impatient, ...options }).on("error", deaf);
    return { client, close: () => client.disconnect() };
  },
  connectCluster: async (ports) => {
    const options = { enableAutoPipelining: true, keyPrefix: "app:", scaleReads: "slave" } as const;
    const client = new IoredisCluster5(addresses(ports), { ...impatientCluster, ...options }).on("error", deaf);
    return { client, close: () => client.disconnect() };
  },
};

export const nodeRedis6: Driver = {
  name: "node-redis 6",
  connect: async (url) => {
    const client = redis6.createClient({ url, ...offline }).on("error", deaf);
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  connectCluster: async (ports) => {
    const client = redis6.createCluster({ rootNodes: rootNodes(ports) }).on("error", deaf);
    await client.connect();
    return { client, close: () => client.destroy() };
  },
};

/** With another protocol, and a mapping of types that would give texts. */
const nodeRedis5: Driver = {
  name: "node-redis 5, RESP3, numbers and blobs as strings",
  connect: async (url) => {
    const connected = redis5.createClient({ url, ...offline, RESP: 3 }).on("error", deaf);
    await connected.connect();
    const { NUMBER, BLOB_STRING } = redis5.RESP_TYPES;
    const client = connected.withTypeMapping({ [NUMBER]: String, [BLOB_STRING]: String });
    return { client, close: () => connected.destroy() };
  },
  connectCluster: async (ports) => {
    const client = redis5.createCluster({ rootNodes: rootNodes(ports), RESP: 3, useReplicas: true }).on("error", deaf);
    await client.connect();
    return { client, close: () => client.destroy() };
  },
};

const nodeRedis4: Driver = {
  name: "node-redis 4",
  connect: async (url) => {
    const client = redis4.createClient({ url, ...offline }).on("error", deaf);
    await client.connect();
    return { client, close: () => void client.disconnect() };
  },
  connectCluster: async (ports) => {
    const client = redis4.createCluster({ rootNodes: rootNodes(ports) }).on("error", deaf);
    await client.connect();
    return { client, close: () => void client.disconnect() };
  },
};

export const drivers: readonly Driver[] = [ioredis6, ioredis5, nodeRedis6, nodeRedis5, nodeRedis4];
