import { Controller, Post } from "@nestjs/common";
import { createOncekey, MemoryStore } from "@oncekey/core";
import type { Request } from "express";
import type { FastifyRequest } from "fastify";
import { expectTypeOf } from "vitest";
import { Attempt, attemptOf, type HttpAttempt, IdempotencyModule, Idempotent, type RouteOptions } from "./index.js";

const store = new MemoryStore();

// The scope is named from what both platforms have in common, or from a request that the application knows better.
IdempotencyModule.forRoot({ store, scope: ({ headers }) => headers.authorization });
IdempotencyModule.forRoot({ store, scope: async (request: Request) => request.ip });
IdempotencyModule.forRoot<FastifyRequest>({ store, scope: (request) => request.ip });
IdempotencyModule.forRoot({ oncekey: createOncekey({ store }), scope: "global", policy: "at-most-once" });
IdempotencyModule.forRootAsync({
  inject: [MemoryStore],
  useFactory: async (injected: MemoryStore) => ({ store: injected, scope: "global" }),
});

// It stands on handlers and on controllers, with what they set for themselves.
@Controller()
@Idempotent({ retentionMs: 1_000 })
export class Things {
  @Post("one")
  @Idempotent({ policy: "at-most-once", waitMs: 1_000 })
  one(@Attempt() attempt: HttpAttempt): string {
    return attempt.deriveKey("charge");
  }

  @Post("two")
  @Idempotent(false)
  two(): void {}

  @Post("three")
  @Idempotent<Request>({ scope: (request) => request.ip })
  three(): void {}
}
expectTypeOf(attemptOf({})).toEqualTypeOf<HttpAttempt | undefined>();
expectTypeOf<RouteOptions>().toHaveProperty("retentionMs");

// @ts-expect-error: whose keys they are has to be said
IdempotencyModule.forRoot({ store });
// @ts-expect-error: the only scope that is a word is "global"
IdempotencyModule.forRoot({ store, scope: "account" });
// @ts-expect-error: a caller is named with a text
IdempotencyModule.forRoot({ store, scope: () => 7 });
// @ts-expect-error: without a store there is nothing to remember keys in
IdempotencyModule.forRoot({ scope: "global" });
// @ts-expect-error: no such option
IdempotencyModule.forRoot({ store, scope: "global", ttl: 1 });
// @ts-expect-error: a factory makes all options
IdempotencyModule.forRootAsync({ useFactory: () => ({ store }) });
// @ts-expect-error: no such policy
Idempotent({ policy: "exactly-once" });
// @ts-expect-error: an engine's option is no handler's
Idempotent({ namespace: "other" });
