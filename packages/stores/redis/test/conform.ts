import { registerStoreConformance, runCase, type StoreFixture, storeCases } from "@oncekey/conformance";
import { describe, it } from "vitest";
import { type RedisClient, RedisStore, type RedisStoreOptions } from "../src/index.js";
import type { Connected } from "./drivers.js";

/** The whole store suite: cases side by side, except those that break the way for all. */
export function conform(
  name: string,
  connect: () => Promise<Connected>,
  faults?: NonNullable<StoreFixture["faults"]>,
  options: RedisStoreOptions = {},
): void {
  const fixture: StoreFixture = {
    name: `RedisStore, ${name}`,
    capabilities: new RedisStore({ sendCommand: () => Promise.resolve(null) }, { durability: "process" }).capabilities,
    // Every handle has a client of its own.
    open: async () => {
      const { client, close } = await connect();
      return { store: new RedisStore(client, options), close };
    },
  };
  // Cases of hundreds of round trips share the server, and the processor, with four others.
  registerStoreConformance(fixture, { describe, it: it.concurrent }, { timeoutMs: 60_000 });
  if (faults === undefined) return;
  const faulty = { ...fixture, faults };
  describe(`RedisStore, ${name}: the way to it broken`, () => {
    for (const each of storeCases.filter(({ id }) => id.startsWith("FLT"))) {
      it(`${each.id} ${each.title}`, async () => void (await runCase(each, faulty)));
    }
  });
}

/** Clients that are connected already, given out in turn: a case has one for each of its handles, and connects none. */
export function inTurn(clients: readonly RedisClient[]): () => Promise<Connected> {
  let turn = 0;
  return async () => {
    const client = clients[turn++ % clients.length];
    if (client === undefined) throw new Error("there are no clients");
    return { client, close: () => {} };
  };
}
