import { migrate } from "@oncekey/postgres";
import { createDatabase, type PostgresServer, type RedisServer } from "@oncekey/services";
import { Redis } from "ioredis";
import { Client } from "pg";
import { type Kind, kinds } from "./messages.js";

/** A database server that keeps the keys, and can be killed. */
export interface Database {
  readonly url: string;
  /** What operations can be run over it. */
  readonly kinds: readonly Kind[];
  /** kill -9 of all of its processes. Its data stays. */
  kill(): Promise<void>;
  /** Starts it again on its data, and lets it recover. */
  start(): Promise<void>;
  /** Lets two minutes pass by the store's clock: more than the lease of a dead attempt. */
  letLeasesLapse(): Promise<void>;
  /** The receipts of all effects that are committed together with their key, by operation. */
  committed(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** A new database on a server. */
export async function postgresDatabase(server: PostgresServer): Promise<Database> {
  const url = await createDatabase(server.url);
  const query = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  await query(async (client) => {
    await migrate(client);
    await client.query("CREATE TABLE effects (id serial PRIMARY KEY, operation text NOT NULL)");
  });
  return {
    url,
    kinds,
    kill: () => server.kill(),
    start: () => server.start(),
    async letLeasesLapse() {
      const earlier = "UPDATE oncekey_records SET written_at = written_at - interval '2 minutes'";
      await query((client) => client.query(earlier));
    },
    async committed() {
      const effects = "SELECT operation, array_agg(id::text) AS receipts FROM effects GROUP BY operation";
      const { rows } = await query((client) => client.query<{ operation: string; receipts: string[] }>(effects));
      return new Map(rows.map(({ operation, receipts }) => [operation, receipts]));
    },
  };
}

/**
 * A record's age is the part of its time to live that has passed since it was written; and it may say when it ends, in its
 * last 16 digits.
 */
const AGE = `
local key, ms, value = KEYS[1], ARGV[1], redis.call('GET', KEYS[1])
if string.byte(value, -17) ~= 59 then
  redis.call('SETRANGE', key, #value - 16, string.format('%016d', string.sub(value, -16) - ms))
end
redis.call('PEXPIRE', key, redis.call('PTTL', key) - ms)`;

/** A whole server: its append-only file is written before every answer, so that a crash forgets nothing. */
export function redisDatabase(server: RedisServer): Database {
  return {
    url: server.url,
    // It has no transactions that a handler could write in.
    kinds: kinds.filter((kind) => kind !== "transaction"),
    kill: () => server.kill(),
    start: () => server.start(),
    async letLeasesLapse() {
      const redis = new Redis(server.url);
      for (const key of await redis.keys("oncekey:*")) await redis.eval(AGE, 1, key, 120_000);
      redis.disconnect();
    },
    committed: async () => new Map(),
  };
}
