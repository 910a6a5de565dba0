// Checked by tsc: real drivers fit the narrow interfaces, and what does not fit is refused.
import type { IdempotencyStore } from "@oncekey/core";
import type { Cluster as Cluster6, Redis as Redis6 } from "ioredis";
import type { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import * as redis6 from "redis";
import * as redis4 from "redis-4";
import * as redis5 from "redis-5";
import { type IoredisClient, type IoredisCluster, RedisStore } from "./index.js";

declare const ioredis5: Redis5;
declare const ioredis6: Redis6;
declare const cluster5: Cluster5;
declare const cluster6: Cluster6;
[ioredis5, ioredis6, cluster5, cluster6] satisfies IoredisClient[];
[cluster5, cluster6] satisfies IoredisCluster[];
new RedisStore(ioredis5) satisfies IdempotencyStore;
new RedisStore(ioredis6, { prefix: "app:", batch: false, durability: "server", on: (event) => event.type });
new RedisStore(cluster5);
new RedisStore(cluster6, { waitReplicas: { count: 1, timeoutMs: 100 } });

const nodes = [{ url: "redis://127.0.0.1:6379" }];
const name = "main";
const sentinels = [{ host: "127.0.0.1", port: 26_379 }];
new RedisStore(redis4.createClient());
new RedisStore(redis5.createClient());
new RedisStore(redis6.createClient());
new RedisStore(redis5.createClient({ RESP: 3 }));
new RedisStore(redis6.createClient().withTypeMapping({ [redis6.RESP_TYPES.BLOB_STRING]: Buffer }));
new RedisStore(redis4.createCluster({ rootNodes: nodes }));
new RedisStore(redis5.createCluster({ rootNodes: nodes }));
new RedisStore(redis6.createCluster({ rootNodes: nodes }));
new RedisStore(redis5.createClientPool());
new RedisStore(redis6.createClientPool());
new RedisStore(redis5.createSentinel({ name, sentinelRootNodes: sentinels }));
new RedisStore(redis6.createSentinel({ name, sentinelRootNodes: sentinels }));

// @ts-expect-error a connection string is no client
new RedisStore("redis://localhost");
// @ts-expect-error a pipeline is no client
new RedisStore(ioredis6.pipeline());
// @ts-expect-error there is no such option
new RedisStore(ioredis6, { keyPrefix: "app:" });
// @ts-expect-error the time-out is in milliseconds, by name
new RedisStore(ioredis6, { waitReplicas: { count: 1, timeout: 100 } });
