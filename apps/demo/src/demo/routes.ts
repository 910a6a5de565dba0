import { type IdempotencyStore, recordId, stateOf } from "@oncekey/core";
import { Router } from "express";
import { accountOf, authenticate } from "../api/accounts.js";
import { Problem } from "../api/problem.js";
import type { Activity } from "./activity.js";

/** What the page needs besides the API: the events, and the record behind a key. */
export function demoRoutes(activity: Activity, store: IdempotencyStore, namespace: string): Router {
  const router = Router();
  router.get("/events", activity.listen);
  router.get("/record", authenticate, async (req, res) => {
    const { key } = req.query;
    if (typeof key !== "string" || key === "") throw new Problem(400, "Say which record: /demo/record?key=…");
    const id = recordId(namespace, accountOf(res), key);
    const stored = await store.get(id);
    res.set("Cache-Control", "no-store").json({
      id,
      state: stored === undefined ? "absent" : stateOf(stored),
      attempt: stored?.record.attempt,
      age_ms: stored?.ageMs,
      expires_in_ms: stored?.expiresInMs,
    });
  });
  return router;
}
