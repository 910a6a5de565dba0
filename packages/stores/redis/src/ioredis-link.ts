import type { IoredisClient, IoredisCluster } from "./client.js";
import type { Command, Link } from "./link.js";

/** ioredis 5 and 6. It finds the node of a cluster by the command's key, and follows a slot that has moved. */
export function ioredisLink(client: IoredisClient | IoredisCluster): Link {
  const cluster = isCluster(client);
  // Where ioredis pipelines by itself, a command that is called by its name loses the name, and one of a cluster may be
  // gathered by its first argument, which is no key here.
  const send = pipelinesByItself(client)
    ? async (_key: string, command: Command) => (await together(client, [command]))[0]
    : (_key: string, [name, ...rest]: Command) => client.callBuffer(name, rest);
  return {
    cluster,
    send,
    sendBoth: async (_key, first, second) => {
      const [one, two] = await together(client, [first, second]);
      return [one, two];
    },
    ask: async (command) => {
      const nodes = cluster ? client.nodes("master") : [client];
      return (await Promise.all(nodes.map((node) => together(node, [command])))).flat();
    },
  };
}

/** One pipeline. When its connection breaks after a part of it was answered, ioredis rejects the rest. */
async function together(client: IoredisClient, commands: readonly Command[]): Promise<readonly unknown[]> {
  const pipeline = client.pipeline();
  for (const [name, ...rest] of commands) pipeline.callBuffer(name, rest);
  const results = await pipeline.exec();
  return (results ?? []).map(([error, result]) => {
    if (error !== null) throw error;
    return result;
  });
}

function isCluster(client: IoredisClient | IoredisCluster): client is IoredisCluster {
  return "isCluster" in client && client.isCluster;
}

function pipelinesByItself(client: object): boolean {
  const options: unknown = "options" in client ? client.options : undefined;
  if (typeof options !== "object" || options === null || !("enableAutoPipelining" in options)) return false;
  return options.enableAutoPipelining === true;
}
