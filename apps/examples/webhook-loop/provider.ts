import { randomUUID } from "node:crypto";
import { MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/express";
import express, { type Express } from "express";
import { Webhook } from "standardwebhooks";
import type { Say } from "./say.js";

export interface ProviderOptions {
  readonly secret: string;
  /** Where webhooks go. */
  readonly webhookUrl: string;
  readonly say: Say;
}

export interface Provider {
  readonly app: Express;
  readonly payments: readonly { readonly id: string; readonly order: string }[];
  /** Settles when every webhook was delivered. */
  delivered(): Promise<unknown>;
}

/** An API that takes payments, once per idempotency key, and tells of them by webhook until it hears that it was heard. */
export function createProvider({ secret, webhookUrl, say }: ProviderOptions): Provider {
  const payments: { id: string; order: string; amount: number }[] = [];
  const deliveries: Promise<void>[] = [];
  const webhook = new Webhook(secret);

  const once = idempotency({
    store: new MemoryStore(),
    scope: (req) => req.get("authorization"),
    on: ({ type }) => {
      if (type === "replayed") say("provider", "knows the key: the stored answer again, no second payment");
    },
  });

  const app = express();
  app.use(express.json());
  app.post("/payments", once, (req, res) => {
    const payment = { id: `pay_${payments.length + 1}`, order: req.body.order, amount: req.body.amount };
    payments.push(payment);
    say("provider", `takes payment ${payment.id} of ${payment.amount} for ${payment.order}`);
    deliveries.push(deliver({ type: "payment.succeeded", data: payment }));
    res.status(201).json(payment);
  });

  /** At least once: without a 2xx the same event goes out again, under the same id. */
  async function deliver(event: object): Promise<void> {
    const [id, body] = [`msg_${randomUUID().slice(0, 8)}`, JSON.stringify(event)];
    for (let delivery = 1; ; delivery += 1) {
      say("provider", `sends webhook ${id}, delivery ${delivery}`);
      if (await heard(id, body)) return;
      await new Promise((resolve) => setTimeout(resolve, 250 * delivery)); // minutes, in real life
    }
  }

  async function heard(id: string, body: string): Promise<boolean> {
    const sentAt = new Date();
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
      "webhook-signature": webhook.sign(id, sentAt, body),
    };
    try {
      const { ok, status } = await fetch(webhookUrl, { method: "POST", headers, body });
      say("provider", `hears ${status} for webhook ${id}`);
      return ok;
    } catch {
      say("provider", `hears nothing for webhook ${id}`);
      return false;
    }
  }

  return { app, payments, delivered: () => Promise.all(deliveries) };
}
