import { MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/fastify";
import Fastify from "fastify";

const charges: { id: string; amount: number }[] = []; // stands for your database

const app = Fastify();
await app.register(idempotency, {
  store: new MemoryStore(), // one process; a database elsewhere
  scope: (request) => request.headers["x-account"]?.toString(), // the caller, as your authentication knows it
});

app.post<{ Body: { amount: number } }>("/charges", async (request, reply) => {
  const charge = { id: `ch_${charges.length + 1}`, amount: request.body.amount };
  charges.push(charge);
  return reply.code(201).send(charge);
});

await app.listen({ port: Number(process.env["PORT"] ?? 3000) });
export const { server } = app;
