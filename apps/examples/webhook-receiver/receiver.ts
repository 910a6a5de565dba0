import type { IdempotencyStore } from "@oncekey/core";
import { idempotency } from "@oncekey/express";
import express, { type Express, type RequestHandler } from "express";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const DAY_MS = 24 * 3_600_000;

/** What the sender tells, as Standard Webhooks advises to write it. */
export interface WebhookEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ReceiverOptions {
  /** What you share with the sender: `whsec_…`. */
  readonly secret: string;
  readonly store: IdempotencyStore;
  /** What the event is for. If it fails, the sender's next delivery runs it again. */
  readonly handle: (event: WebhookEvent) => Promise<void>;
}

/** Receives webhooks at `POST /webhooks`, and handles each once, however often it is delivered. */
export function createReceiver({ secret, store, handle }: ReceiverOptions): Express {
  const webhook = new Webhook(secret);

  // First: is it the sender's? Before that nobody gets to use up an id.
  const verified: RequestHandler = (req, res, next) => {
    try {
      res.locals["event"] = webhook.verify(Buffer.isBuffer(req.body) ? req.body : "", {
        "webhook-id": req.get("webhook-id") ?? "",
        "webhook-timestamp": req.get("webhook-timestamp") ?? "",
        "webhook-signature": req.get("webhook-signature") ?? "",
      });
      next();
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      res.status(401).json({ error: error.message });
    }
  };

  // Then: is it a delivery that was handled? Each has its own timestamp and signature; the id and the body stay.
  const once = idempotency({
    store,
    namespace: "webhooks",
    scope: () => "acme", // the sender: another one's ids are other ids
    headerName: "webhook-id",
    retentionMs: 7 * DAY_MS, // senders go on for days
    waitMs: 5_000, // a delivery that comes while the one before it is handled gets the same answer
  });

  const app = express();
  // The bytes as they came: the signature is one of bytes.
  app.post("/webhooks", express.raw({ type: () => true }), verified, once, async (_req, res) => {
    await handle(res.locals["event"]);
    res.sendStatus(204);
  });
  return app;
}
