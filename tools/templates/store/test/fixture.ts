import type { StoreFixture } from "@oncekey/conformance";
import { type AcmeClient, AcmeStore, capabilities } from "../src/index.js";

/** Where the server listens that @oncekey/services started. */
export const address = "acme://127.0.0.1";

// A client of the real server, started by @oncekey/services. Two handles have to be two connections.
function connect(_url: string): AcmeClient & { close(): Promise<void> } {
  throw new Error("connect to a real Acme server here");
}

/** Also loaded by processes that race: the same address leads all of them to the same storage. */
export default function fixture(url = address): StoreFixture {
  return {
    name: "acme",
    capabilities,
    open: async () => {
      const client = connect(url);
      return { store: new AcmeStore(client), close: () => client.close() };
    },
  };
}
