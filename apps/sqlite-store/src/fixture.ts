import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreFixture } from "@oncekey/conformance";
import Database from "libsql";
import { migrate } from "./database.js";
import { capabilities, SqliteStore } from "./sqlite-store.js";

/** Every process that asks for the same file gets the same keys. */
export default function fixture(file = join(tmpdir(), "oncekey-example-keys.db")): StoreFixture {
  return {
    name: "SQLite",
    capabilities,
    open: async () => {
      const database = new Database(file);
      database.exec("pragma busy_timeout = 5000; pragma synchronous = full");
      migrate(database);
      return { store: new SqliteStore(database), close: () => void database.close() };
    },
  };
}
