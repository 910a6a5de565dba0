import type { IdempotencyStore } from "@oncekey/core";
import { RedisStore } from "@oncekey/redis";
import { createClient } from "redis-4";
import type { Contender, Services, Serving } from "./contender.js";
import { connectRedis, floor } from "./floor.js";
import { nodeIdempotency } from "./node-idempotency.js";
import type { Once } from "./once.js";

/** What a framework's application is made with. */
export interface App {
  readonly port?: number;
  readonly invoke?: (key: string) => Promise<string>;
  close(): Promise<unknown>;
}

/** On a busy machine a store may take long, and that is to be measured. */
const patience = { claimTimeoutMs: 20_000, completionTimeoutMs: 20_000 } as const;

/** Options of our bindings, but for `scope`. */
export interface OncekeyOptions {
  readonly store: IdempotencyStore;
  readonly claimTimeoutMs: number;
  readonly completionTimeoutMs: number;
}

/** The framework with nothing in it. */
export function unprotected(start: (charge: Services["charge"]) => Promise<App>): Contender {
  return { name: "unprotected", role: "unprotected", serve: ({ charge }) => serving(start(charge), async () => {}) };
}

/** The least that could be written by hand, and a library whose core is called by hand. */
export function byHand(start: (once: Once, charge: Services["charge"]) => Promise<App>): readonly Contender[] {
  return [
    {
      name: "floor",
      role: "floor",
      serve: async ({ redisUrl, charge }) => {
        const redis = connectRedis(redisUrl);
        return serving(start(floor(redis), charge), async () => redis.disconnect());
      },
    },
    {
      name: "@node-idempotency/core",
      role: "peer",
      serve: async ({ redisUrl, charge }) => {
        const { once, close } = await nodeIdempotency(redisUrl);
        return serving(start(once, charge), close);
      },
    },
  ];
}

/** Our binding over `RedisStore`, with the driver of the floor and with that of @node-idempotency. */
export function oncekey(
  start: (options: OncekeyOptions, charge: Services["charge"]) => Promise<App>,
): readonly Contender[] {
  return [
    {
      name: "Oncekey",
      role: "engine",
      serve: async ({ redisUrl, charge }) => {
        const redis = connectRedis(redisUrl);
        return serving(start({ store: new RedisStore(redis), ...patience }, charge), async () => redis.disconnect());
      },
    },
    {
      name: "Oncekey, node-redis 4",
      role: "twin",
      serve: async ({ redisUrl, charge }) => {
        const redis = createClient({ url: redisUrl });
        // What breaks with the server breaks the request too.
        redis.on("error", () => {});
        await redis.connect();
        return serving(start({ store: new RedisStore(redis), ...patience }, charge), () => redis.disconnect());
      },
    },
  ];
}

/** An application, and what it is connected to. */
export async function serving(app: Promise<App>, disconnect: () => Promise<void>): Promise<Serving> {
  const { close, ...rest } = await app;
  return {
    ...rest,
    close: async () => {
      await close();
      await disconnect();
    },
  };
}
