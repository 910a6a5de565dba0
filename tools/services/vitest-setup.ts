import { Client } from "pg";
import { announceDatabase, dropDatabases } from "./database.js";
import { provideDynamoDB } from "./dynamodb.js";
import { startPostgres } from "./postgres.js";
import { provideRedis } from "./redis-service.js";

/** Before the first test of the project "services": the servers to run on. A missing one fails the run, it never skips. */
export async function setup(): Promise<() => Promise<void>> {
  const provided = await Promise.allSettled([providePostgres(), provideDynamoDB(), provideRedis()]);
  const stops = provided.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const stop = async () => {
    await Promise.all(stops.map((each) => each()));
  };
  const failed = provided.find((each) => each.status === "rejected");
  if (failed === undefined) return stop;
  await stop();
  throw failed.reason;
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
