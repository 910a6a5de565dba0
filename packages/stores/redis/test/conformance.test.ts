import { openWay, testRedisUrl } from "@oncekey/services";
import { afterAll } from "vitest";
import { conform } from "./conform.js";
import { ioredis6, nodeRedis6 } from "./drivers.js";

const way = await openWay(testRedisUrl());
afterAll(() => way.close());

for (const { name, connect } of [ioredis6, nodeRedis6]) conform(name, () => connect(way.url), way);
