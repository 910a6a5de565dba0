import { createHash } from "node:crypto";
import type { Request, RequestHandler } from "express";
import type { Redis } from "ioredis";

/** Step 1, after the old middleware and before Oncekey: what Oncekey answers by itself is no answer to keep in Redis. */
export function forgetUnlessRun(redis: Redis): RequestHandler {
  return (req, res, next) => {
    res.on("finish", () => {
      if (req.idempotency === undefined) redis.del(keyOf(req)).catch((error) => console.error(error));
    });
    next();
  };
}

/** Step 2, before Oncekey: answers from the keys that are still in Redis, and never writes one. */
export function oldKeys(redis: Redis): RequestHandler {
  return async (req, res, next) => {
    const stored = await redis.get(keyOf(req));
    if (stored === null) {
      next();
      return;
    }
    const record = JSON.parse(stored);
    const content = JSON.stringify([req.method, req.originalUrl, req.body ?? null]);
    if (record.hash !== createHash("sha256").update(content).digest("hex")) {
      res.status(422).json({ error: "Idempotency-Key was used for another request" });
    } else if (record.state === "pending") {
      res.status(409).set("Retry-After", "1").json({ error: "a request with this Idempotency-Key is in progress" });
    } else {
      res.set("Idempotent-Replayed", "true").status(record.status).json(record.body);
    }
  };
}

/** As the old middleware writes it. */
function keyOf(req: Request): string {
  return `idempotency:${req.get("x-account")}:${req.get("idempotency-key")}`;
}
