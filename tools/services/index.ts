export { browserFlags, findBrowser } from "./browser.js";
export { createDatabase, dropDatabases, testDatabaseUrl } from "./database.js";
export { type DynamoDBServer, startDynamoDB, testDynamoDBEndpoint } from "./dynamodb.js";
export { freePort } from "./free-port.js";
export { carriesPreparedStatements, type PgBouncerOptions, startPgBouncer } from "./pgbouncer.js";
export { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres.js";
export { type RedisOptions, type RedisServer, startRedis } from "./redis.js";
export { openWay, type Way } from "./way.js";
