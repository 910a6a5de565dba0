/**
 * A Redis client of yours: ioredis 5 or 6 (`Redis`, `Cluster`), or node-redis 4, 5 or 6 (`createClient`, `createCluster`,
 * `createClientPool`, `createSentinel`). What the store calls of each is written out here, so that the package depends on
 * none of them.
 */
export type RedisClient = IoredisClient | IoredisCluster | NodeRedisClient | NodeRedisCluster | NodeRedisSentinel;

/** What a command is made of. Strings travel as UTF-8. */
export type Argument = string | Buffer;

/** A `Redis` of ioredis: one server, or the master that Sentinel names. */
export interface IoredisClient {
  callBuffer(command: string, args: Argument[]): Promise<unknown>;
  pipeline(): IoredisPipeline;
}

/** A `Cluster` of ioredis. */
export interface IoredisCluster extends IoredisClient {
  readonly isCluster: boolean;
  nodes(role: "master"): IoredisClient[];
}

/** Commands that ioredis sends together over one connection. */
export interface IoredisPipeline {
  callBuffer(command: string, args: Argument[]): unknown;
  exec(): Promise<[error: Error | null, result: unknown][] | null>;
}

/** How node-redis is to send a command, in the words of version 4 and of later ones. */
export interface NodeRedisCommandOptions {
  /** Version 4: bulk strings as they are. */
  returnBuffers: true;
  /** Version 5 and later: the same, whatever the client's own mapping says. */
  typeMapping: { 36: BufferConstructor };
  /** Commands of one chain are sent over one connection, or fail. */
  chainId?: symbol;
}

/** A client or a pool of node-redis. */
export interface NodeRedisClient {
  sendCommand(args: Argument[], options: NodeRedisCommandOptions): Promise<unknown>;
}

/** A cluster of node-redis. */
export interface NodeRedisCluster {
  sendCommand(
    firstKey: string | undefined,
    isReadonly: boolean,
    args: Argument[],
    options: NodeRedisCommandOptions,
  ): Promise<unknown>;
  readonly slots: readonly { readonly master: unknown }[];
  readonly masters: readonly unknown[];
  nodeClient(node: unknown): NodeRedisClient | Promise<NodeRedisClient>;
}

/** A sentinel client of node-redis 5 and later. */
export interface NodeRedisSentinel {
  sendCommand(isReadonly: boolean, args: Argument[], options: NodeRedisCommandOptions): Promise<unknown>;
  getSentinelNode(): unknown;
}
