export type { NamedStatement, PostgresClient, PreparingClient, Rows } from "./client.js";
export { migrate, migrationSql } from "./migrate.js";
export { type Migration, migrations } from "./migrations.js";
export type { TableOptions } from "./names.js";
export type { PostgresStoreOptions } from "./options.js";
export { PostgresStore } from "./postgres-store.js";
