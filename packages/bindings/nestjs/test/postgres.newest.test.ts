import { registerBindingConformance } from "@oncekey/conformance";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { createDatabase } from "@oncekey/services";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { major } from "./platforms.js";
import { serveScripted } from "./scripted.js";

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase(), max: 16 });
  await migrate(pool);
});
afterAll(() => pool.end());

registerBindingConformance(
  {
    name: `NestJS ${major} on Express and Postgres`,
    start: (app) => serveScripted("Express", app, new PostgresStore(pool), "none"),
  },
  { describe, it },
);
