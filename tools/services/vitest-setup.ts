import { Client } from "pg";
import { announceDatabase, dropDatabases } from "./database.js";
import { provideDynamoDB } from "./dynamodb.js";
import { startPostgres } from "./postgres.js";

/** Before the first test of the project "services": the servers to run on. A missing one fails the run, it never skips. */
export async function setup(): Promise<() => Promise<void>> {
  const stops = await Promise.all([providePostgres(), provideDynamoDB()]);
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

async function providePostgres(): Promise<() => Promise<void>> {
  const given = process.env["DATABASE_URL"];
  if (given !== undefined && given !== "") return useGiven(given);
  const server = await startPostgres();
  announceDatabase(server.url);
  return () => server.stop();
}

async function useGiven(url: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.end();
  } catch (cause) {
    throw new Error(
      "The server named by DATABASE_URL does not answer. Start it, or unset DATABASE_URL: the tests then start their own.",
      { cause },
    );
  }
  const { run } = announceDatabase(url);
  return () => dropDatabases(url, run);
}
