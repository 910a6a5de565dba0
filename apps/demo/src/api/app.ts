import { idempotency } from "@oncekey/express";
import { PostgresStore } from "@oncekey/postgres";
import express, { type Express } from "express";
import { publicFolder } from "../config.js";
import { Activity } from "../demo/activity.js";
import { demoRoutes } from "../demo/routes.js";
import type { Database } from "../storage/database.js";
import { keysTable } from "../storage/schema.js";
import { Vendor } from "../vendor/vendor.js";
import { accountOf, authenticate } from "./accounts.js";
import { freshConnectionForBrowsers, pageHeaders } from "./browsers.js";
import { clientScript } from "./client-script.js";
import { Faults, prepareFaults } from "./faults.js";
import { answerProblem, nothingHere } from "./problem.js";
import { readSessionRequest } from "./session-request.js";
import { createSession, readingRoutes, type Services } from "./session-routes.js";
import { Sessions } from "./sessions.js";

/** Keeps this service's keys apart from those of others in the same store. */
const NAMESPACE = "demo";

/** Short, so that a crash is seen to heal: after it, an attempt of which nothing is heard may be taken over. */
const LEASE_MS = 5_000;

const HOUR_MS = 3_600_000;

/** The demo without its socket. */
export interface App {
  readonly handler: Express;
  /** Ends the page's connections and waits for running requests. */
  close(options: { readonly timeoutMs: number }): Promise<{ readonly unfinished: number }>;
}

/** The API, its page and what the page needs. `crash` ends the process where a request asks for that. */
export function createApp(database: Database, crash: () => never): App {
  const store = new PostgresStore(
    { query: (text, values) => database.query(text, values) },
    { ...keysTable, embedded: database.embedded },
  );
  const activity = new Activity({ leaseMs: LEASE_MS, storage: database.embedded ? "PGlite" : "Postgres" });
  const guard = idempotency({
    store,
    scope: (req) => accountOf(req.res),
    required: true,
    namespace: NAMESPACE,
    leaseMs: LEASE_MS,
    maxExecutionMs: 30_000,
    retentionMs: 24 * HOUR_MS,
    // One embedded connection serves everybody in turn, so a crowd is slower than a server would be.
    claimTimeoutMs: 4_000,
    completionTimeoutMs: 4_000,
    on: activity.tellOfEngine,
  });
  const services: Services = {
    vendor: new Vendor(database),
    sessions: new Sessions(database),
    faults: new Faults(database, crash),
    activity,
  };

  const handler = express().disable("x-powered-by");
  handler.use(freshConnectionForBrowsers);
  handler.get("/healthz", async (_req, res) => {
    await database.query("SELECT 1");
    res.set("Cache-Control", "no-store").json({ status: "ok" });
  });
  handler.use("/demo", demoRoutes(activity, store, NAMESPACE));
  // Who, then whether it makes sense at all, then once: what is refused before the key is looked at leaves no record.
  handler.use("/v3", authenticate);
  handler.post("/v3/session", express.json(), checkSessionRequest, prepareFaults, guard, createSession(services));
  handler.use("/v3", readingRoutes(services));
  handler.use(pageHeaders);
  handler.get("/client.js", clientScript);
  handler.use(express.static(publicFolder));
  handler.use(nothingHere, answerProblem);
  return {
    handler,
    close(options) {
      activity.close();
      return guard.close(options);
    },
  };
}

const checkSessionRequest: express.RequestHandler = (req, _res, next) => {
  readSessionRequest(req.body);
  next();
};
