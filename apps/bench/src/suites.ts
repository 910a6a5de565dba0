import { clientSuite } from "./client.bench.js";
import { dynamodbSuite } from "./dynamodb.bench.js";
import { engineSuite } from "./engine.bench.js";
import { fingerprintSuite } from "./fingerprint.bench.js";
import { growthSuite } from "./growth.bench.js";
import { postgresSuite } from "./postgres.bench.js";
import { redisSuite } from "./redis.bench.js";
import { redisGrowthSuite } from "./redis-growth.bench.js";
import type { BenchSuite } from "./suite.js";

/** Every suite there is: a new one is a file `<name>.bench.ts` and a line here. */
export const suites: readonly BenchSuite[] = [
  fingerprintSuite,
  engineSuite,
  postgresSuite,
  growthSuite,
  dynamodbSuite,
  redisSuite,
  redisGrowthSuite,
  clientSuite,
];
