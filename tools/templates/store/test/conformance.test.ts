import { registerStoreConformance } from "@oncekey/conformance";
import { describe, it } from "vitest";
import { type AcmeClient, AcmeStore, capabilities } from "../src/index.js";

// A client of the real server, started by @oncekey/services. Two handles have to be two connections.
function connect(): AcmeClient & { close(): Promise<void> } {
  throw new Error("connect to a real Acme server here");
}

registerStoreConformance(
  {
    name: "acme",
    capabilities,
    open: async () => {
      const client = connect();
      return { store: new AcmeStore(client), close: () => client.close() };
    },
  },
  { describe, it },
);
