import { bodyParser } from "@koa/bodyparser";
import { type BindingFixture, registerBindingConformance } from "@oncekey/conformance";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { createDatabase } from "@oncekey/services";
import type { Middleware } from "koa";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type KoaFactory, majors } from "./majors.js";
import { serveScripted } from "./scripted.js";

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase(), max: 16 });
  await migrate(pool);
});
afterAll(() => pool.end());

interface Setting {
  readonly Koa: KoaFactory;
  readonly store?: () => IdempotencyStore;
  readonly parsers?: readonly Middleware[];
  readonly lacks?: NonNullable<BindingFixture["lacks"]>;
}

function judge(name: string, { Koa, store = () => new MemoryStore(), parsers = [], lacks = {} }: Setting) {
  const start: BindingFixture["start"] = (app) => serveScripted(Koa, app, store(), parsers);
  registerBindingConformance({ name, start, lacks }, { describe, it });
}

for (const { name, Koa } of majors) judge(name, { Koa });

for (const { name, Koa } of majors.slice(-1)) {
  judge(`${name}, parsers first`, {
    Koa,
    parsers: [bodyParser({ enableTypes: ["json", "form", "text"], jsonStrict: false })],
    lacks: { "raw-bodies": "parsers have read the bodies that they know" },
  });
  judge(`${name} on Postgres`, { Koa, store: () => new PostgresStore(pool) });
}
