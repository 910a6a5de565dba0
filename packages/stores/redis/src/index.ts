export type {
  Argument,
  IoredisClient,
  IoredisCluster,
  IoredisPipeline,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisCommandOptions,
  NodeRedisSentinel,
  RedisClient,
} from "./client.js";
export type { RedisStoreEvent } from "./eviction.js";
export { NotReplicatedError } from "./faults.js";
export type { RedisStoreOptions } from "./options.js";
export { RedisStore } from "./redis-store.js";
export type { WaitReplicas } from "./runner.js";
