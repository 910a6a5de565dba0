import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { RETENTION_MS } from "../stores/payload.js";
import type { Once } from "./once.js";

/** What the floor keeps; without an answer while the operation runs. */
interface Kept {
  readonly hash: string;
  readonly status?: number;
  readonly body?: string;
}

/**
 * The least that could be written by hand, inside the handler: a SHA-256 of the body, `SET NX GET PX` to claim the key or to
 * find what is kept, `SET PX` to keep the answer before it is sent. It has no lease, no owner and no time-out, keeps no
 * header, and knows JSON only.
 */
export function floor(redis: Redis): Once {
  return async ({ account, key, text }, charge) => {
    const name = `${account}:${key}`;
    const hash = createHash("sha256").update(text()).digest("base64url");
    const found = await redis.set(name, JSON.stringify({ hash }), "PX", RETENTION_MS, "NX", "GET");
    if (found === null) {
      const given = { status: 201, body: JSON.stringify(charge()) };
      await redis.set(name, JSON.stringify({ hash, ...given }), "PX", RETENTION_MS);
      return given;
    }
    const kept: Kept = JSON.parse(found);
    if (kept.hash !== hash) return { status: 422, body: "{}" };
    if (kept.status === undefined || kept.body === undefined) return { status: 409, body: "{}" };
    return { status: kept.status, body: kept.body };
  };
}

export function connectRedis(url: string): Redis {
  const redis = new Redis(url);
  // What breaks with the server breaks the request too.
  redis.on("error", () => {});
  return redis;
}
