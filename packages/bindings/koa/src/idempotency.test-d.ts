import Router from "@koa/router";
import { createOncekey, MemoryStore } from "@oncekey/core";
import type { HttpAttempt } from "@oncekey/http";
import Koa, { type Context } from "koa";
import { expectTypeOf } from "vitest";
import { type IdempotencyMiddleware, idempotency } from "./index.js";

const store = new MemoryStore();

// The scope is named from Koa's own context, now or later.
const idem = idempotency({ store, scope: (ctx) => ctx.get("x-account") });
idempotency({ store, scope: async ({ ip }) => ip });
idempotency({ store, scope: "global", onReplay: (stored, ctx) => ({ ...stored, status: ctx.method.length }) });
idempotency({ oncekey: createOncekey({ store }), scope: "global", policy: "at-most-once" });
expectTypeOf(idem).toEqualTypeOf<IdempotencyMiddleware>();

// It stands wherever middleware stands.
const app = new Koa();
app.use(idem);
const router = new Router();
router.post("/things", idem.with({ policy: "at-most-once", waitMs: 1_000 }), (ctx: Context) => {
  expectTypeOf(ctx.idempotency).toEqualTypeOf<HttpAttempt | undefined>();
  ctx.body = ctx.idempotency?.deriveKey("charge");
});

// An application's own additions to the context are there.
declare module "koa" {
  interface BaseContext {
    account?: { readonly id: string };
  }
}
idempotency({ store, scope: (ctx) => ctx.account?.id });

// @ts-expect-error: whose keys they are has to be said
idempotency({ store });
// @ts-expect-error: the only scope that is a word is "global"
idempotency({ store, scope: "account" });
// @ts-expect-error: without a store there is nothing to remember keys in
idempotency({ scope: "global" });
// @ts-expect-error: no such option
idempotency({ store, scope: "global", ttl: 1 });
// @ts-expect-error: no such policy
idem.with({ policy: "exactly-once" });
// @ts-expect-error: an engine's option is no route's
idem.with({ namespace: "other" });
