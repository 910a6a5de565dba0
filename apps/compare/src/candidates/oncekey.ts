import { type BindingFixture, protectFixture, type ScriptedApp } from "@oncekey/conformance";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/express";
import { migrate, PostgresStore } from "@oncekey/postgres";
import pg from "pg";
import { expressApp } from "../app/express-app.js";
import { farAway, serverLatencyMs } from "../app/gate.js";
import { listen } from "../app/listen.js";
import type { Candidate } from "./candidate.js";

export const oncekeyExpressMemory: Candidate = {
  id: "oncekey-express-memory",
  title: "Oncekey, Express, memory",
  about: "On Express 5 with `MemoryStore`, before any body parser. Judged as it is, without the courtesy.",
  packages: ["@oncekey/express", "express"],
  prepare: async () => ({
    fixture: expressFixture("Oncekey on Express, memory", () => new MemoryStore()),
    close: async () => {},
  }),
};

export const oncekeyExpressPostgres: Candidate = {
  id: "oncekey-express-postgres",
  title: "Oncekey, Express, Postgres",
  about: "As before, with `PostgresStore` on a server.",
  packages: ["@oncekey/express", "@oncekey/postgres", "pg", "express"],
  prepare: async ({ postgresUrl }) => {
    const pool = new pg.Pool({ connectionString: postgresUrl });
    await migrate(pool);
    const store = farAway(new PostgresStore(pool), serverLatencyMs);
    return { fixture: expressFixture("Oncekey on Express, Postgres", () => store), close: () => pool.end() };
  },
};

export const oncekeyProtect: Candidate = {
  id: "oncekey-protect",
  title: "Oncekey, `protect`, memory",
  about: "A handler from `Request` to `Response`, over `node:http`. Judged as it is.",
  packages: ["@oncekey/http"],
  prepare: async () => ({ fixture: protectFixture("Oncekey, protect"), close: async () => {} }),
};

function expressFixture(name: string, store: () => IdempotencyStore): BindingFixture {
  return {
    name,
    start: async (app: ScriptedApp) => {
      const once = idempotency({ store: app.store(store()), scope: (req) => app.scope((header) => req.get(header)) });
      app.onShutdown(() => once.close());
      const server = await listen(
        expressApp(app, {
          parsersFirst: false,
          everyMethod: true,
          protect: ({ options }) => once.with(options),
        }),
      );
      return {
        url: server.url,
        close: async () => {
          await server.close();
          await once.close();
        },
      };
    },
  };
}
