import type { StoreFixture } from "@oncekey/conformance";
import { Redis } from "ioredis";
import { RedisStore } from "../src/index.js";

/** The fixture that every racing process loads for itself. Its lanes share one client, as requests do: so they batch. */
export default function raceFixture(url: string): StoreFixture {
  const store = new RedisStore(new Redis(url));
  return {
    name: "RedisStore",
    capabilities: store.capabilities,
    open: async () => ({ store, close: () => {} }),
  };
}
