// Checked by tsc: real drivers fit the narrow interfaces, and what does not fit is refused.
import type { PGlite, Transaction } from "@electric-sql/pglite";
import type { IdempotencyStore, ListableStore, SweepableStore, TransactionalStore } from "@oncekey/core";
import type { Client, ClientBase, Pool, PoolClient } from "pg";
import { migrate, type PostgresClient, PostgresStore, type PreparingClient } from "./index.js";

declare const pool: Pool;
declare const client: Client;
declare const poolClient: PoolClient;
declare const base: ClientBase;
declare const pglite: PGlite;
declare const transaction: Transaction;

[pool, client, poolClient, base] satisfies PreparingClient[];
[pool, client, poolClient, base, pglite, transaction] satisfies PostgresClient[];

const store = new PostgresStore(pool);
store satisfies IdempotencyStore & SweepableStore & ListableStore & TransactionalStore<PostgresClient>;

new PostgresStore(pool, { prepare: true, schema: "app", table: "keys", durability: "replicated" });
new PostgresStore(pglite, { embedded: true });
new PostgresStore({ query: async (_text: string, _values: unknown[]) => ({ rows: [] }) });

store.within(poolClient) satisfies IdempotencyStore;
store.within(client) satisfies IdempotencyStore;
store.within(transaction) satisfies IdempotencyStore;

await migrate(pool, { schema: "app" });
await migrate(pglite);

// @ts-expect-error PGlite keeps no named statements
new PostgresStore(pglite, { prepare: true });
// @ts-expect-error a connection string is no client
new PostgresStore("postgres://localhost");
// @ts-expect-error there is no such option
new PostgresStore(pool, { tabel: "keys" });
// @ts-expect-error a transaction of what is no database
store.within({});
