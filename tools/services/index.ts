export { createDatabase, dropDatabases, testDatabaseUrl } from "./database.js";
export { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres.js";
