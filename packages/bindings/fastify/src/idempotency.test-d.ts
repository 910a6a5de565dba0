import { createOncekey, MemoryStore } from "@oncekey/core";
import type { HttpAttempt } from "@oncekey/http";
import Fastify, { type FastifyPluginAsync, type FastifyRequest } from "fastify";
import { expectTypeOf } from "vitest";
import { idempotency, type RouteOptions } from "./index.js";

const store = new MemoryStore();
const app = Fastify();

// Both ways to register it, with the scope named from Fastify's own request, now or later.
await app.register(idempotency, { store, scope: (request) => request.ip });
await app.register(idempotency, { store, scope: async ({ headers }) => headers.authorization });
await app.register(idempotency, { oncekey: createOncekey({ store }), scope: "global", policy: "at-most-once" });
await app.register(idempotency({ store, scope: "global" }));
expectTypeOf(idempotency({ store, scope: "global" })).toEqualTypeOf<FastifyPluginAsync>();

// Requests and routes know it.
app.post("/things", { config: { idempotency: { policy: "at-most-once", waitMs: 1_000 } } }, (request, reply) => {
  expectTypeOf(request.idempotency).toEqualTypeOf<HttpAttempt | undefined>();
  return reply.send(request.idempotency?.deriveKey("charge"));
});
app.post<{ Body: { amount: number } }>("/typed", { config: { idempotency: false } }, async ({ body }) => body.amount);
app.post("/more", { config: { idempotency: true } }, async () => "done");
expectTypeOf<RouteOptions>().toHaveProperty("retentionMs");

// An application's own additions to the request are there.
declare module "fastify" {
  interface FastifyRequest {
    account?: { readonly id: string };
  }
}
idempotency({ store, scope: (request: FastifyRequest) => request.account?.id });

// @ts-expect-error: whose keys they are has to be said
idempotency({ store });
// @ts-expect-error: the only scope that is a word is "global"
idempotency({ store, scope: "account" });
// @ts-expect-error: without a store there is nothing to remember keys in
idempotency({ scope: "global" });
// @ts-expect-error: no such option
idempotency({ store, scope: "global", ttl: 1 });
// @ts-expect-error: no such policy
app.post("/wrong", { config: { idempotency: { policy: "exactly-once" } } }, async () => "done");
