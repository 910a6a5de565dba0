import { serve } from "@hono/node-server";
import { MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/hono";
import { Hono } from "hono";

const charges: { id: string; amount: number }[] = []; // stands for your database

const once = idempotency({
  store: new MemoryStore(), // one process; a database elsewhere
  scope: (c) => c.req.header("x-account"), // the caller, as your authentication knows it
});

const app = new Hono();
app.post("/charges", once, async (c) => {
  const { amount } = await c.req.json<{ amount: number }>();
  const charge = { id: `ch_${charges.length + 1}`, amount };
  charges.push(charge);
  return c.json(charge, 201);
});

export const server = serve({ fetch: app.fetch, port: Number(process.env["PORT"] ?? 3000) });
