import { createHash } from "node:crypto";
import type { RequestHandler } from "express";
import type { Redis } from "ioredis";

/** The idempotency middleware that everybody writes: claim with SET NX, store the JSON body when the answer is out. */
export function setNx(redis: Redis, { required = true, ttlMs = 24 * 60 * 60 * 1000 } = {}): RequestHandler {
  return async (req, res, next) => {
    const idempotencyKey = req.get("idempotency-key");
    if (!idempotencyKey) {
      if (required) res.status(400).json({ error: "Idempotency-Key is required" });
      else next();
      return;
    }
    const key = `idempotency:${req.get("x-account")}:${idempotencyKey}`;
    const content = JSON.stringify([req.method, req.originalUrl, req.body ?? null]);
    const hash = createHash("sha256").update(content).digest("hex");

    const claimed = await redis.set(key, JSON.stringify({ state: "pending", hash }), "PX", ttlMs, "NX");
    if (claimed === null) {
      const record = JSON.parse((await redis.get(key)) ?? '{"state":"pending"}');
      if (record.hash !== undefined && record.hash !== hash) {
        res.status(422).json({ error: "Idempotency-Key was used for another request" });
      } else if (record.state === "pending") {
        res.status(409).json({ error: "a request with this Idempotency-Key is in progress" });
      } else {
        res.set("Idempotent-Replayed", "true").status(record.status).json(record.body);
      }
      return;
    }

    let body: unknown;
    const json = res.json.bind(res);
    res.json = (value) => {
      body = value;
      return json(value);
    };
    res.on("finish", () => {
      const done = JSON.stringify({ state: "done", hash, status: res.statusCode, body });
      const stored = res.statusCode >= 500 ? redis.del(key) : redis.set(key, done, "PX", ttlMs);
      stored.catch((error) => console.error(error));
    });
    next();
  };
}
