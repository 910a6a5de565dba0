import type { IdempotencyStore } from "@oncekey/core";
import type { Redis } from "ioredis";
import type { Effects, WorkerSettings } from "../bullmq/worker.js";

interface Place {
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly queue: string;
  readonly store: IdempotencyStore;
}

/** Workers that notice a crash soon, and whose effects are written down where every process can read them. */
export function settingsFor({ redis, redisUrl, queue, store }: Place): WorkerSettings & { readonly effects: Effects } {
  const note = (effect: string) => redis.rpush(effectsOf(queue), effect);
  return {
    queue,
    store,
    leaseMs: 2_000,
    // A worker on a busy machine may be late for its lock; that is one stall more, and not what fails a job here.
    options: {
      connection: { url: redisUrl },
      lockDuration: 1_000,
      stalledInterval: 250,
      maxStalledCount: 20,
      drainDelay: 1,
    },
    effects: {
      charge: async ({ order }) => {
        await note(`charge ${order}`);
        return { charge: `ch_${order}` };
      },
      sendReceipt: async ({ order }) => {
        await note(`receipt ${order}`);
      },
    },
  };
}

/** The list of what was done for the jobs of a queue. */
export function effectsOf(queue: string): string {
  return `examples:effects:${queue}`;
}
