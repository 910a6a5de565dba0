import { type BindingFixture, registerBindingConformance } from "@oncekey/conformance";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { createDatabase } from "@oncekey/services";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { own, type Parsers, serveScripted, streams } from "./scripted.js";

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase(), max: 16 });
  await migrate(pool);
});
afterAll(() => pool.end());

function fixture(name: string, store: () => IdempotencyStore, parsers: Parsers, lacks: BindingFixture["lacks"] = {}) {
  const start: BindingFixture["start"] = (app) => serveScripted(app, store(), parsers);
  registerBindingConformance({ name, start, lacks }, { describe, it });
}

fixture("Fastify 5", () => new MemoryStore(), streams);
fixture("Fastify 5, its own parsers", () => new MemoryStore(), own);
fixture("Fastify 5 on Postgres", () => new PostgresStore(pool), streams);
