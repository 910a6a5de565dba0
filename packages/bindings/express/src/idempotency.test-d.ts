import { createOncekey, MemoryStore } from "@oncekey/core";
import express, { type Request } from "express";
import { expectTypeOf } from "vitest";
import { type IdempotencyMiddleware, idempotency } from "./index.js";

const store = new MemoryStore();

// The scope is named from Express's own request, now or later.
const idem = idempotency({ store, scope: (req) => req.get("x-account") });
idempotency({ store, scope: async (req) => req.ip });
idempotency({ store, scope: "global", onReplay: (stored, req) => ({ ...stored, status: req.method.length }) });
idempotency({ oncekey: createOncekey({ store }), scope: "global", policy: "at-most-once" });
expectTypeOf(idem).toEqualTypeOf<IdempotencyMiddleware>();

// It stands wherever middleware stands.
const app = express();
app.use(idem);
app.post("/things", idem.with({ policy: "at-most-once", waitMs: 1_000 }), (req, res) => {
  expectTypeOf(req.idempotency?.number).toEqualTypeOf<number | undefined>();
  expectTypeOf(req.idempotency?.signal).toEqualTypeOf<AbortSignal | undefined>();
  res.json(req.idempotency?.deriveKey("charge"));
});
app.route("/more").post(idem, (_req, res) => void res.end());

// An application's own additions to the request are there.
declare global {
  namespace Express {
    interface Request {
      account?: { readonly id: string };
    }
  }
}
idempotency({ store, scope: (req: Request) => req.account?.id });

// @ts-expect-error: whose keys they are has to be said
idempotency({ store });
// @ts-expect-error: the only scope that is a word is "global"
idempotency({ store, scope: "account" });
// @ts-expect-error: a caller is named with a text
idempotency({ store, scope: () => 7 });
// @ts-expect-error: without a store there is nothing to remember keys in
idempotency({ scope: "global" });
// @ts-expect-error: one engine, or what to make one of
idempotency({ store, oncekey: createOncekey({ store }), scope: "global" });
// @ts-expect-error: no such option
idempotency({ store, scope: "global", ttl: 1 });
// @ts-expect-error: no such policy
idem.with({ policy: "exactly-once" });
// @ts-expect-error: an engine's option is no route's
idem.with({ namespace: "other" });
