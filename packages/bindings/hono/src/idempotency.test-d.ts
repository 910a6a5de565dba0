import { createOncekey, MemoryStore } from "@oncekey/core";
import type { HttpAttempt } from "@oncekey/http";
import { Hono, type MiddlewareHandler } from "hono";
import { expectTypeOf } from "vitest";
import { type IdempotencyMiddleware, idempotency } from "./index.js";

const store = new MemoryStore();

// The scope is named from Hono's own context, now or later.
const idem = idempotency({ store, scope: (c) => c.req.header("x-account") });
idempotency({ store, scope: async (c) => c.req.param("account") });
idempotency({ store, scope: "global", onReplay: (stored, c) => ({ ...stored, status: c.req.path.length }) });
idempotency({ oncekey: createOncekey({ store }), scope: "global", policy: "at-most-once" });
expectTypeOf(idem).toEqualTypeOf<IdempotencyMiddleware>();
expectTypeOf(idem).toExtend<MiddlewareHandler>();

// An application's own bindings and variables are there.
type AppEnv = { Bindings: { REGION: string }; Variables: { account: { readonly id: string } } };
const own = idempotency<AppEnv>({ store, scope: (c) => c.get("account").id + c.env.REGION });
own.with({ onReplay: (stored, c) => ({ ...stored, status: c.var.account.id.length }) });

// It stands wherever middleware stands, of any application.
const app = new Hono<AppEnv>();
app.use(idem);
app.use("/payments/*", own);
const routes = app.post("/things", own.with({ policy: "at-most-once", waitMs: 1_000 }), (c) => {
  expectTypeOf(c.get("idempotency")).toEqualTypeOf<HttpAttempt | undefined>();
  expectTypeOf(c.var.idempotency?.signal).toEqualTypeOf<AbortSignal | undefined>();
  expectTypeOf(c.get("account")).toEqualTypeOf<{ readonly id: string }>();
  return c.json({ charge: c.var.idempotency?.deriveKey("charge") });
});
new Hono().post("/plain/:id", idem, (c) => c.text(c.req.param("id")));
// The types of routes come through, for Hono's client.
expectTypeOf<keyof (typeof routes extends Hono<AppEnv, infer Schema> ? Schema : never)>().toEqualTypeOf<"/things">();

// @ts-expect-error: whose keys they are has to be said
idempotency({ store });
// @ts-expect-error: the only scope that is a word is "global"
idempotency({ store, scope: "account" });
// @ts-expect-error: a caller is named with a text
idempotency({ store, scope: () => 7 });
// @ts-expect-error: without a store there is nothing to remember keys in
idempotency({ scope: "global" });
// @ts-expect-error: no such option
idempotency({ store, scope: "global", ttl: 1 });
// @ts-expect-error: no such policy
idem.with({ policy: "exactly-once" });
// @ts-expect-error: an engine's option is no route's
idem.with({ namespace: "other" });
// @ts-expect-error: no such variable
idempotency<AppEnv>({ store, scope: (c) => c.get("tenant") });
