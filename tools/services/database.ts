import { randomBytes } from "node:crypto";
import { Client } from "pg";

const URL_VARIABLE = "ONCEKEY_TEST_DATABASE_URL";
const RUN_VARIABLE = "ONCEKEY_TEST_RUN";

/**
 * The server that the test run started, or the one named by `DATABASE_URL`.
 *
 * @throws Error if the tests were not started through the vitest project "services".
 */
export function testDatabaseUrl(): string {
  const url = process.env[URL_VARIABLE];
  if (url !== undefined) return url;
  throw new Error(
    "No Postgres server was started for this test. Its file has to belong to the vitest project 'services': " +
      "see vitest.config.ts, or name the file *.service.test.ts.",
  );
}

/** Lets every test of this run find the server. Called once, by the runner's set-up. */
export function announceDatabase(url: string): { readonly run: string } {
  const run = randomBytes(4).toString("hex");
  process.env[URL_VARIABLE] = url;
  process.env[RUN_VARIABLE] = run;
  return { run };
}

/** A new empty database on the given server: its connection string. One for each test file keeps files apart. */
export async function createDatabase(url: string = testDatabaseUrl()): Promise<string> {
  const name = `oncekey_${process.env[RUN_VARIABLE] ?? "alone"}_${randomBytes(8).toString("hex")}`;
  await withClient(url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  const database = new URL(url);
  database.pathname = `/${name}`;
  return database.href;
}

/** Drops what `createDatabase` made during one run, on a server that lives on after the tests. */
export async function dropDatabases(url: string, run: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
      [`oncekey_${run}_`],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  });
}

async function withClient<T>(connectionString: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
