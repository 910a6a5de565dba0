import type { Attempt } from "@oncekey/core";
import { type Request, type Response, Router } from "express";
import type { Activity } from "../demo/activity.js";
import type { Vendor } from "../vendor/vendor.js";
import { accountOf } from "./accounts.js";
import type { Faults } from "./faults.js";
import { Problem } from "./problem.js";
import { readSessionRequest } from "./session-request.js";
import type { Session, Sessions } from "./sessions.js";

/** What the routes work with. */
export interface Services {
  readonly vendor: Vendor;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly activity: Activity;
}

/** Creates a session: bills one check, stores the session, answers 201 with it. Runs under an idempotency key. */
export function createSession({ vendor, sessions, faults, activity }: Services) {
  return async (req: Request, res: Response): Promise<void> => {
    const attempt = attemptOf(req);
    const account = accountOf(res);
    const request = readSessionRequest(req.body);
    // The same in every attempt, so that a later one finds what an earlier one left.
    const id = attempt.deriveKey("session", "uuid");

    await faults.beforeBilling(res, attempt.id);
    const { check, billedNow } = await vendor.check({
      idempotencyKey: attempt.deriveKey("identity-check"),
      customer: account,
      reference: request.vendorData,
      sessionId: id,
    });
    activity.tell({ type: billedNow ? "billed" : "billed-before", id: attempt.id, attempt: attempt.number });
    await faults.afterBilling(res, attempt.id);

    const session = await sessions.create({ ...request, id, account, checkId: check.checkId });
    await faults.beforeAnswer(res, attempt.id);
    res.status(201).location(`/v3/session/${session.id}`).json(toJson(session));
  };
}

/** `GET /v3/session/:id` and `GET /v3/ledger`. */
export function readingRoutes({ vendor, sessions }: Services): Router {
  const router = Router();
  router.get("/session/:id", async (req, res) => {
    const session = await sessions.find(accountOf(res), req.params.id);
    if (session === undefined) throw new Problem(404, "This account has no such session.");
    res.json(toJson(session));
  });
  router.get("/ledger", async (req, res) => {
    const account = accountOf(res);
    const { vendor_data: reference } = req.query;
    const checks = await vendor.billedTo(account, typeof reference === "string" ? reference : undefined);
    const entries = checks.map(({ checkId, reference, sessionId, billedAt }) => ({
      check_id: checkId,
      vendor_data: reference,
      session_id: sessionId,
      billed_at: billedAt.toISOString(),
    }));
    res.json({ account, billed: entries.length, entries });
  });
  return router;
}

function attemptOf(req: Request): Attempt {
  if (req.idempotency === undefined) throw new Error("the route is not behind idempotency()");
  return req.idempotency;
}

function toJson({ id, status, workflowId, vendorData, callback, createdAt }: Session) {
  return {
    id,
    status,
    url: `https://verify.example/${id}`,
    workflow_id: workflowId,
    vendor_data: vendorData,
    callback,
    created_at: createdAt.toISOString(),
  };
}
