import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { StoreFixture } from "@oncekey/conformance";
import { DynamoDBStore, type DynamoDBStoreOptions } from "../src/index.js";
import { plainClient } from "./plain-client.js";

/**
 * The fixture that every racing process loads for itself: clients of its own on one server. The first of a process is the
 * SDK's, and the others are plain ones, which make several calls in the time that the SDK takes for one.
 */
export default function raceFixture({ endpoint, table }: { endpoint: string; table: string }): StoreFixture {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const sdk = () => new DynamoDBClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  // The processes share the machine's clock.
  const options: DynamoDBStoreOptions = { table, skewMarginMs: 20, durability: "memory" };
  let opened = 0;
  return {
    name: "DynamoDBStore",
    capabilities: new DynamoDBStore(plainClient(endpoint), options).capabilities,
    open: async () => {
      const client = opened++ === 0 ? sdk() : plainClient(endpoint);
      return { store: new DynamoDBStore(client, options), close: () => client.destroy() };
    },
  };
}
