import { type RedisServer, startRedis } from "./redis.js";
import { askRedis, untilRedisSays } from "./redis-ask.js";
import { isLinked } from "./redis-cluster.js";

/** A master with one replica, and a Sentinel. It is slow to take a server for dead, so that a busy machine causes no failover. */
export interface RedisSentinel {
  /** What the master is called. */
  readonly name: string;
  readonly sentinel: RedisServer;
  /** Which of them is the master changes with a failover. */
  readonly servers: readonly [first: RedisServer, second: RedisServer];
  /** The port of the server that the Sentinel calls the master now. */
  masterPort(): Promise<number>;
  /** The master dies, the Sentinel promotes the replica, and the old master comes back as the replica of the new one. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it on free ports of 127.0.0.1. Resolves when the Sentinel knows the replica. */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const name = "main";
  const started: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
  };
  const start = async (options: Parameters<typeof startRedis>[0]) => {
    const server = await startRedis(options);
    started.push(server);
    return server;
  };
  try {
    const settings = { "repl-diskless-sync-delay": "0", "repl-ping-replica-period": "1" };
    const first = await start({ settings });
    const second = await start({ settings: { ...settings, replicaof: `127.0.0.1 ${first.port}` } });
    // A Sentinel asks a master for its replicas every ten seconds: so they are there before it is.
    await untilRedisSays(second.port, ["INFO", "replication"], isLinked);
    const sentinel = await start({
      sentinel: [
        `sentinel monitor ${name} 127.0.0.1 ${first.port} 1`,
        `sentinel down-after-milliseconds ${name} 30000`,
        `sentinel failover-timeout ${name} 3000`,
      ],
    });
    await untilRedisSays(sentinel.port, ["SENTINEL", "REPLICAS", name], (list) => list.includes(String(second.port)));
    const masterPort = async () => {
      const answer = await askRedis(sentinel.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", name);
      return Number(answer.trim().split("\r\n").at(-1));
    };
    const failOver = async () => {
      const [old, next] = (await masterPort()) === first.port ? [first, second] : [second, first];
      await old.kill();
      next.resume();
      await untilRedisSays(sentinel.port, ["SENTINEL", "FAILOVER", name], (answer) => answer.startsWith("+OK"));
      await untilRedisSays(sentinel.port, ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name], (answer) =>
        answer.includes(String(next.port)),
      );
      await old.start();
      await askRedis(old.port, "REPLICAOF", "127.0.0.1", String(next.port));
      await untilRedisSays(old.port, ["INFO", "replication"], isLinked);
    };
    return { name, sentinel, servers: [first, second], masterPort, failOver, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
