import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
import type { Framework } from "./contender.js";
import { type HttpEffort, type HttpResult, timeFramework } from "./rounds.js";
import { type Launch, processes } from "./target.js";

/** What was measured of one framework. */
export interface HttpComparison {
  readonly framework: Framework;
  readonly results: readonly HttpResult[];
}

/** What was measured, on one Redis. */
export interface HttpRun {
  readonly redis: string;
  readonly comparisons: readonly HttpComparison[];
}

/** How contenders are started, by the URL of the Redis. */
export type Launcher = (redisUrl: string) => Launch;

/** Times all contenders of these frameworks over one Redis, and tells of each that is done. */
export async function compareHttp(
  frameworks: readonly Framework[],
  effort: HttpEffort,
  tell: (line: string) => void,
  launcher: Launcher = (url) => processes(url, undefined),
): Promise<HttpRun> {
  // It appends to its file, as in production.
  const server = await startRedis({ settings: { appendfsync: "everysec" } });
  try {
    const launch = launcher(server.url);
    const comparisons: HttpComparison[] = [];
    for (const framework of frameworks) {
      const start = performance.now();
      comparisons.push({ framework, results: await timeFramework(framework, effort, launch) });
      tell(`${framework.title}: ${((performance.now() - start) / 1_000).toFixed(0)} s`);
    }
    return { redis: await versionOf(server.url), comparisons };
  } finally {
    await server.stop();
  }
}

async function versionOf(url: string): Promise<string> {
  const redis = new Redis(url);
  const info = await redis.info("server");
  redis.disconnect();
  return `Redis ${/(?:valkey|redis)_version:(\S+)/.exec(info)?.[1] ?? "?"}, appendonly yes, appendfsync everysec`;
}
