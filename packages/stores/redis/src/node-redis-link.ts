import type { NodeRedisClient, NodeRedisCluster, NodeRedisCommandOptions, NodeRedisSentinel } from "./client.js";
import type { Link } from "./link.js";
import { slotOf } from "./slot.js";

/** Bulk strings as Buffers, whatever the client's own mapping says; other replies as they come. */
const OPTIONS: NodeRedisCommandOptions = { returnBuffers: true, typeMapping: { 36: Buffer } };

/** node-redis 4, 5 and 6. */
export function nodeRedisLink(client: NodeRedisClient | NodeRedisCluster | NodeRedisSentinel): Link {
  if ("slots" in client && "nodeClient" in client) return clusterLink(client);
  if ("getSentinelNode" in client) return sentinelLink(client);
  return clientLink(client);
}

function clientLink(client: NodeRedisClient): Link {
  const link: Link = {
    cluster: false,
    send: (_key, command) => client.sendCommand(command, OPTIONS),
    ask: async (command) => [await client.sendCommand(command, OPTIONS)],
  };
  // A pool gives every command whatever connection is free.
  return "execute" in client ? link : { ...link, sendBoth: (_key, first, second) => chained(client, first, second) };
}

/** A sentinel client may hold several connections to the master, too. */
function sentinelLink(client: NodeRedisSentinel): Link {
  return {
    cluster: false,
    send: (_key, command) => client.sendCommand(false, command, OPTIONS),
    ask: async (command) => [await client.sendCommand(false, command, OPTIONS)],
  };
}

function clusterLink(client: NodeRedisCluster): Link {
  return {
    cluster: true,
    send: (key, command) => client.sendCommand(key, false, command, OPTIONS),
    // Sent as two commands of the cluster, the first might follow a slot to another node, and the second would not.
    sendBoth: async (key, first, second) => {
      const shard = client.slots[slotOf(key)];
      if (shard === undefined) throw new Error("node-redis knows no node for the key's slot yet");
      return chained(await client.nodeClient(shard.master), first, second);
    },
    ask: async (command) => {
      const nodes = await Promise.all(client.masters.map((node) => client.nodeClient(node)));
      return Promise.all(nodes.map((node) => node.sendCommand(command, OPTIONS)));
    },
  };
}

/** Both over one connection: node-redis rejects what is left of a chain whose connection has broken. */
function chained(
  client: NodeRedisClient,
  ...commands: [first: Parameters<Link["send"]>[1], second: Parameters<Link["send"]>[1]]
): Promise<[unknown, unknown]> {
  const options = { ...OPTIONS, chainId: Symbol("oncekey") };
  const [first, second] = commands;
  return Promise.all([client.sendCommand(first, options), client.sendCommand(second, options)]);
}
