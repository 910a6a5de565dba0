import { PGlite } from "@electric-sql/pglite";
import { registerStoreConformance, type StoreFixture } from "@oncekey/conformance";
import { openWay } from "@oncekey/services";
import { Pool } from "pg";
import { afterAll, describe, it } from "vitest";
import { migrate, PostgresStore, type PostgresStoreOptions } from "../src/index.js";
import { inTransaction, openDatabase } from "./harness.js";

const { url, pool } = await openDatabase();
await migrate(pool, { table: "prepared" });
const way = await openWay(url);
const glite = new PGlite();
await migrate(glite);
afterAll(() => Promise.all([way.close(), glite.close()]));

/** Every handle has a pool of its own, and reaches the server by a way that can be cut. */
function postgres(name: string, options: PostgresStoreOptions & { prepare: boolean }): StoreFixture {
  const fixture: StoreFixture = {
    name,
    capabilities: new PostgresStore(pool, options).capabilities,
    open: async () => {
      const own = new Pool({ connectionString: way.url, max: 8, connectionTimeoutMillis: 6_000 });
      own.on("error", () => {}); // a connection that was cut while nobody used it
      return { store: new PostgresStore(own, options), close: () => own.end() };
    },
    transact: async (store, body) => {
      if (!(store instanceof PostgresStore)) throw new TypeError("not the store that was opened");
      await inTransaction(pool, (client) => body(store.within(client)));
    },
    faults: way,
  };
  return fixture;
}

registerStoreConformance(postgres("PostgresStore", { prepare: false }), { describe, it, concurrent: it.concurrent });
registerStoreConformance(postgres("PostgresStore, prepared statements", { prepare: true, table: "prepared" }), {
  describe,
  it,
  concurrent: it.concurrent,
});

// One connection for everybody, so no transaction here: whoever reads beside it would wait for it, and it for them.
const embedded = { embedded: true, durability: "memory" } as const;
registerStoreConformance(
  {
    name: "PostgresStore on PGlite",
    capabilities: new PostgresStore(glite, embedded).capabilities,
    open: async () => ({ store: new PostgresStore(glite, embedded), close: () => {} }),
  },
  { describe, it, concurrent: it.concurrent },
);
