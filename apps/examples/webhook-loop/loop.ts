import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { createIdempotentFetch } from "@oncekey/client";
import { MemoryStore } from "@oncekey/core";
import { createReceiver } from "../webhook-receiver/receiver.js";
import { networkThatLosesTheFirstAnswer } from "./network.js";
import { createProvider } from "./provider.js";
import type { Say } from "./say.js";

/** What became of one order. */
export interface Story {
  readonly payments: number;
  readonly parcels: number;
  readonly requests: number;
  readonly replayed: boolean;
  readonly deliveries: number;
}

/**
 * A shop pays an order at a provider, and sends the parcel when a webhook says that it is paid. On both ways the first
 * answer is lost. Everything is real: three servers, two resets of a connection, one client.
 */
export async function payAnOrder(say: Say): Promise<Story> {
  const secret = `whsec_${randomBytes(24).toString("base64")}`;
  const loss = (whose: string) => () => say("network", `loses the ${whose} answer: connection reset`);

  let parcels = 0;
  let deliveries = 0;
  const receiver = createReceiver({
    secret,
    store: new MemoryStore(),
    handle: async ({ data }) => {
      parcels += 1;
      say("shop", `reads that ${String(data["order"])} is paid, and sends parcel ${parcels}`);
    },
  });
  const shop = await listen((req, res) => {
    deliveries += 1;
    res.once("finish", () => {
      if (res.getHeader("idempotent-replayed") !== undefined) say("shop", "knows the webhook: nothing to do");
    });
    receiver(req, res);
  });
  const wayToShop = await networkThatLosesTheFirstAnswer(shop.url, loss("shop's"));

  const provider = createProvider({ secret, webhookUrl: `${wayToShop.url}/webhooks`, say });
  const api = await listen(provider.app);
  const wayToProvider = await networkThatLosesTheFirstAnswer(api.url, loss("provider's"));

  let requests = 0;
  let replayed = false;
  const fetch = createIdempotentFetch({
    on: (event) => {
      if (event.type === "attempt")
        say("client", `POST /payments, key ${event.key?.slice(0, 8)}…, attempt ${event.number}`);
      if (event.type === "attempt") requests += 1;
      if (event.type === "lost") say("client", "has no answer: paid, or not? The same key again");
      if (event.type === "replayed") replayed = true;
    },
  });

  try {
    const response = await fetch(`${wayToProvider.url}/payments`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer shop" },
      body: JSON.stringify({ order: "order-7", amount: 1_000 }),
    });
    say("client", `${response.status} ${await response.text()}${replayed ? ", a replay" : ""}`);
    await provider.delivered();
    return { payments: provider.payments.length, parcels, requests, replayed, deliveries };
  } finally {
    await fetch.close();
    for (const way of [wayToProvider, wayToShop]) way.close();
    for (const { server } of [api, shop]) server.close().closeAllConnections();
  }
}

async function listen(app: RequestListener): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { url: `http://127.0.0.1:${address.port}`, server };
}
