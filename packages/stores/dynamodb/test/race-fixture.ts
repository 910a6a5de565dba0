import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { StoreFixture } from "@oncekey/conformance";
import { DynamoDBStore, type DynamoDBStoreOptions } from "../src/index.js";

/** The fixture that every racing process loads for itself: a client of its own on one server. */
export default function raceFixture({ endpoint, table }: { endpoint: string; table: string }): StoreFixture {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const connect = () => new DynamoDBClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  // The processes share the machine's clock.
  const options: DynamoDBStoreOptions = { table, skewMarginMs: 20, durability: "memory" };
  return {
    name: "DynamoDBStore",
    capabilities: new DynamoDBStore(connect(), options).capabilities,
    open: async () => {
      const client = connect();
      return { store: new DynamoDBStore(client, options), close: () => client.destroy() };
    },
  };
}
