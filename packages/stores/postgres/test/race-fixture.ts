import type { StoreFixture } from "@oncekey/conformance";
import { Pool } from "pg";
import { PostgresStore } from "../src/index.js";

/** The fixture that every racing process loads for itself: a pool of its own on one server. */
export default function raceFixture(url: string): StoreFixture {
  return {
    name: "PostgresStore",
    capabilities: new PostgresStore(new Pool()).capabilities,
    open: async () => {
      const pool = new Pool({ connectionString: url, max: 4 });
      return { store: new PostgresStore(pool), close: () => pool.end() };
    },
  };
}
