// Checked by tsc: the SDK's clients fit the narrow interface, and what does not fit is refused.
import type { DynamoDB, DynamoDBClient, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { IdempotencyStore, TransactionalStore } from "@oncekey/core";
import {
  createTable,
  DynamoDBStore,
  type DynamoDBStoreClient,
  DynamoDBTransaction,
  type TableDefinition,
  tableDefinition,
} from "./index.js";

declare const client: DynamoDBClient;
declare const aggregated: DynamoDB;
declare const item: TransactWriteItem;
/** The client of another service: its commands have other inputs. */
declare const foreign: { send(command: { readonly input: { readonly Bucket: string } }): Promise<unknown> };

[client, aggregated] satisfies DynamoDBStoreClient[];

const store = new DynamoDBStore(client);
store satisfies IdempotencyStore & TransactionalStore<DynamoDBTransaction>;

new DynamoDBStore(aggregated, { table: "keys", attributes: { id: "pk" }, skewMarginMs: 500, readFirst: true });
new DynamoDBStore(client, { onCapacity: ({ units }) => units.toFixed(), nowMs: Date.now, inlineMaxBytes: 0 });
store.within(new DynamoDBTransaction(client).add(item)) satisfies IdempotencyStore;
await createTable(client, { table: "keys" });
tableDefinition() satisfies TableDefinition;

// @ts-expect-error the client of another service
new DynamoDBStore(foreign);
// @ts-expect-error a configuration is no client
new DynamoDBStore({ region: "eu-central-1" });
// @ts-expect-error there is no such option
new DynamoDBStore(client, { tabel: "keys" });
// @ts-expect-error there is no such attribute
new DynamoDBStore(client, { attributes: { pk: "id" } });
// @ts-expect-error a client is no transaction
store.within(client);
