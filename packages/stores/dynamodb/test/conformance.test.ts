import { registerStoreConformance, type StoreFixture } from "@oncekey/conformance";
import { openWay, testDynamoDBEndpoint } from "@oncekey/services";
import { afterAll, describe, it } from "vitest";
import { createTable, DynamoDBStore, type DynamoDBStoreOptions, DynamoDBTransaction } from "../src/index.js";
import { connect, isDynamoDBProper, openTable } from "./harness.js";

const { table, client } = await openTable();
const way = await openWay(testDynamoDBEndpoint());
afterAll(() => way.close());

/** dynalite has no transactions; the cases about them then say that they are skipped. */
const transact: StoreFixture["transact"] = async (store, body) => {
  if (!(store instanceof DynamoDBStore)) throw new TypeError("not the store that was opened");
  const transaction = new DynamoDBTransaction(client);
  await body(store.within(transaction));
  await transaction.commit();
};
const transactions = (await isDynamoDBProper(client)) ? { transact } : {};

/** Every handle has a client of its own, and reaches the server by a way that can be cut. */
function dynamodb(name: string, options: DynamoDBStoreOptions): StoreFixture {
  // The clocks of one machine agree; the margin is there to be seen.
  const settings: DynamoDBStoreOptions = { table, skewMarginMs: 40, durability: "memory", ...options };
  return {
    name,
    capabilities: new DynamoDBStore(client, settings).capabilities,
    open: async () => {
      const own = connect(way.url, { maxAttempts: 1 });
      return { store: new DynamoDBStore(own, settings), close: () => own.destroy() };
    },
    faults: way,
    ...transactions,
  };
}

/** DynamoDB Local takes seconds for what takes dynalite one. */
const options = { timeoutMs: 50_000 };
registerStoreConformance(dynamodb("DynamoDBStore", {}), { describe, it, concurrent: it.concurrent }, options);
const renamed = { table: `${table}-renamed`, attributes: { id: "pk", record: "name", ttl: "size", parts: "count" } };
await createTable(client, renamed);
registerStoreConformance(
  dynamodb("DynamoDBStore, reading first, every record in parts, other names", {
    ...renamed,
    readFirst: true,
    inlineMaxBytes: 0,
  }),
  { describe, it, concurrent: it.concurrent },
  options,
);
