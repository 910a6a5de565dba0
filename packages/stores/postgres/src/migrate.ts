import type { PostgresClient } from "./client.js";
import { faultOf, repeatedly, UNDONE_MIGRATION } from "./faults.js";
import { migrations } from "./migrations.js";
import { qualified, quoted, type TableName, type TableOptions, tableName } from "./names.js";
import { checkClient, checkOptionNames } from "./options.js";

/**
 * Makes the table and the functions, or brings them up to what this version needs. Does nothing where that is done.
 *
 * One statement and one transaction: it works through any client and pooler, two migrators at once wait for each other,
 * and a failure leaves nothing behind. Earlier versions of the library go on working beside it. The role needs the right
 * to create in the schema, which is made too if it is missing.
 */
export async function migrate(client: PostgresClient, options: TableOptions = {}): Promise<void> {
  checkOptionNames("migrate", options);
  const name = tableName("migrate", options);
  checkClient("migrate", client);
  try {
    await repeatedly(() => client.query(migrationSql(options), []), UNDONE_MIGRATION);
  } catch (cause) {
    throw faultOf("migrate", name, cause);
  }
}

/** The statement that {@link migrate} sends, for those who run migrations with a tool of their own. */
export function migrationSql(options: TableOptions = {}): string {
  checkOptionNames("migrate", options);
  const name = tableName("migrationSql", options);
  const done = qualified(name, "_migrations");
  const steps = migrations.map(
    ({ version, sql }) => `  IF NOT EXISTS (SELECT FROM ${done} WHERE version = ${version}) THEN
    EXECUTE $oncekey_sql$${named(sql, name)}$oncekey_sql$;
    INSERT INTO ${done} (version) VALUES (${version});
  END IF;`,
  );
  return `DO $oncekey_migrate$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(${literal(`oncekey ${qualified(name)}`)}, 0));
  IF to_regnamespace(${literal(quoted(name.schema))}) IS NULL THEN
    CREATE SCHEMA ${quoted(name.schema)};
  END IF;
  CREATE TABLE IF NOT EXISTS ${done} (
    version int PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
${steps.join("\n")}
END
$oncekey_migrate$`;
}

/** Puts the configured names in the place of the one that the files use; an ending is part of a name. */
function named(sql: string, name: TableName): string {
  return sql.replace(/\boncekey_records(\w*)/g, (_, ending: string) => qualified(name, ending));
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
