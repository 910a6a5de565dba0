import type { StoreFixture } from "@oncekey/conformance";
import { Redis } from "ioredis";
import { RedisStore } from "../src/index.js";

/** The fixture that every racing process loads for itself. Its lanes share one client, as requests do: so they batch. */
export default function raceFixture(url: string): StoreFixture {
  // A call that the client sent again by itself could be refused by its own first sending.
  const client = new Redis(url, { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false });
  const store = new RedisStore(client);
  return {
    name: "RedisStore",
    capabilities: store.capabilities,
    open: async () => ({ store, close: () => {} }),
  };
}
