export type { CapacityUsed } from "./capacity.js";
export type { DynamoDBCommand, DynamoDBStoreClient } from "./client.js";
export { createTable, type TableCreation } from "./create-table.js";
export { DynamoDBStore } from "./dynamodb-store.js";
export type { AttributeNames, TableOptions } from "./names.js";
export type { DynamoDBStoreOptions } from "./options.js";
export { type TableDefinition, tableDefinition } from "./table.js";
export { DynamoDBTransaction } from "./transaction.js";
