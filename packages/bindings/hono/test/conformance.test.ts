import { type BindingFixture, registerBindingConformance } from "@oncekey/conformance";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { createDatabase } from "@oncekey/services";
import type { MiddlewareHandler } from "hono";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { listen } from "./listen.js";
import { scripted } from "./scripted.js";

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase(), max: 16 });
  await migrate(pool);
});
afterAll(() => pool.end());

function fixture(name: string, store: () => IdempotencyStore, before: readonly MiddlewareHandler[] = []) {
  const start: BindingFixture["start"] = (script) => listen(scripted(script, store(), before));
  registerBindingConformance({ name, start }, { describe, it });
}

/** Reads bodies as validators do, before the idempotency check. */
const readFirst: MiddlewareHandler = async (c, next) => {
  await c.req.parseBody();
  await c.req.arrayBuffer();
  await next();
};

fixture("Hono 4", () => new MemoryStore());
fixture("Hono 4, bodies read before", () => new MemoryStore(), [readFirst]);
fixture("Hono 4 on Postgres", () => new PostgresStore(pool));
