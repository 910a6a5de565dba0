import { randomBytes, randomUUID } from "node:crypto";
import { MemoryStore } from "@oncekey/core";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, vi } from "vitest";
import { createReceiver, type WebhookEvent } from "../webhook-receiver/receiver.js";
import { serve } from "./serve.js";

const secret = `whsec_${randomBytes(24).toString("base64")}`;
const paid = { type: "payment.succeeded", data: { order: "order-7" } };
const DAY_MS = 24 * 3_600_000;

/** Counts who asks for an id. */
class CountingStore extends MemoryStore {
  claims = 0;

  override create(...claim: Parameters<MemoryStore["create"]>): ReturnType<MemoryStore["create"]> {
    this.claims += 1;
    return super.create(...claim);
  }
}

interface Delivery {
  readonly id: string;
  readonly event?: WebhookEvent;
  readonly signedWith?: string;
  /** Of this delivery; each has its own, and with it its own signature. */
  readonly sentAt?: Date;
}

async function receiver(handle: (event: WebhookEvent) => Promise<void>, store = new MemoryStore()) {
  const served = await serve(createReceiver({ secret, store, handle }));
  const deliver = async ({ id, event = paid, signedWith = secret, sentAt = new Date() }: Delivery) => {
    const body = JSON.stringify(event);
    const headers = {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
      "webhook-signature": new Webhook(signedWith).sign(id, sentAt, body),
    };
    const { status, headers: answered } = await fetch(`${served.url}/webhooks`, { method: "POST", headers, body });
    return { status, replayed: answered.get("idempotent-replayed") === "true" };
  };
  return Object.assign(served, { deliver });
}

describe("apps/examples/webhook-receiver", () => {
  it("handles once what is delivered twice, each time with a signature of its own", async () => {
    const handled: WebhookEvent[] = [];
    await using shop = await receiver(async (event) => void handled.push(event));
    const id = `msg_${randomUUID()}`;
    expect(await shop.deliver({ id, sentAt: new Date(Date.now() - 60_000) })).toEqual({ status: 204, replayed: false });
    expect(await shop.deliver({ id })).toEqual({ status: 204, replayed: true });
    expect(await shop.deliver({ id: `msg_${randomUUID()}` })).toEqual({ status: 204, replayed: false });
    expect(handled).toEqual([paid, paid]);
  });

  it("handles once what is delivered five times at once; all get the same answer", async () => {
    let handled = 0;
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const store = new CountingStore();
    await using shop = await receiver(async () => {
      handled += 1;
      await ended;
    }, store);
    const id = `msg_${randomUUID()}`;
    const deliveries = Array.from({ length: 5 }, () => shop.deliver({ id }));
    await vi.waitFor(() => expect(store.claims).toBe(5), 10_000);
    end();
    const answers = await Promise.all(deliveries);
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    expect(answers.filter(({ replayed }) => replayed)).toHaveLength(4);
    expect(handled).toBe(1);
  });

  it("refuses what is not signed by the sender before its id is looked at, and takes the sender's own delivery after it", async () => {
    const handled: WebhookEvent[] = [];
    const store = new CountingStore();
    await using shop = await receiver(async (event) => void handled.push(event), store);
    const id = `msg_${randomUUID()}`;
    const forged = { type: "payment.succeeded", data: { order: "order-of-a-thief" } };
    const signedWith = `whsec_${randomBytes(24).toString("base64")}`;
    expect(await shop.deliver({ id, event: forged, signedWith })).toEqual({ status: 401, replayed: false });
    const long = new Date(Date.now() - 10 * 60_000);
    expect(await shop.deliver({ id, sentAt: long }), "too old").toEqual({ status: 401, replayed: false });
    expect(store.claims, "nobody looked").toBe(0);
    expect(await shop.deliver({ id })).toEqual({ status: 204, replayed: false });
    expect(handled).toEqual([paid]);
  });

  it("frees the id when handling fails, so that the next delivery runs", async () => {
    const attempts: string[] = [];
    await using shop = await receiver(async () => {
      attempts.push("tried");
      if (attempts.length === 1) throw new Error("the warehouse is closed");
    });
    const id = `msg_${randomUUID()}`;
    expect(await shop.deliver({ id })).toEqual({ status: 500, replayed: false });
    expect(await shop.deliver({ id })).toEqual({ status: 204, replayed: false });
    expect(await shop.deliver({ id })).toEqual({ status: 204, replayed: true });
    expect(attempts).toHaveLength(2);
  });

  it("remembers an id for seven days", async () => {
    let nowMs = 0;
    const handled: WebhookEvent[] = [];
    const store = new MemoryStore({ nowMs: () => nowMs });
    await using shop = await receiver(async (event) => void handled.push(event), store);
    const id = `msg_${randomUUID()}`;
    await shop.deliver({ id });
    nowMs = 7 * DAY_MS - 1_000;
    expect(await shop.deliver({ id })).toEqual({ status: 204, replayed: true });
    nowMs = 7 * DAY_MS + 1_000;
    expect(await shop.deliver({ id })).toEqual({ status: 204, replayed: false });
    expect(handled).toHaveLength(2);
  });

  it("refuses another body under an id of the sender's", async () => {
    await using shop = await receiver(async () => {});
    const id = `msg_${randomUUID()}`;
    await shop.deliver({ id });
    expect(await shop.deliver({ id, event: { ...paid, data: { order: "order-8" } } })).toMatchObject({ status: 422 });
  });
});
