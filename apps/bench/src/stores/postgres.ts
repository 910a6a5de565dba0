import { migrate, PostgresStore } from "@oncekey/postgres";
import { startPostgres } from "@oncekey/services";
import { Pool, type QueryResultRow } from "pg";
import { type Arena, type Contender, forEachKey, type Team } from "./contender.js";
import { engineContender, storeContender } from "./ours.js";
import { completedBytes, runningBytes } from "./payload.js";

const AT_ONCE = 64;
const CONNECTIONS = 10;
const STATISTICS = "pg_stat_statements";

/** The table of {@link postgresFloor}. */
export const FLOOR_TABLE = `CREATE TABLE floor (id text COLLATE "C" PRIMARY KEY, version text NOT NULL, record bytea NOT NULL,
  expires_at timestamptz NOT NULL) WITH (fillfactor = 70)`;

/** Statements by primary key, prepared as the store's are by default. It judges nothing, keeps no time, and cannot be swept. */
export function postgresFloor(pool: Pool, prepare = true): Contender {
  const send = <Row extends QueryResultRow>(name: string, text: string, values: unknown[]) =>
    pool.query<Row>(prepare ? { name, text, values } : { text, values });
  const insert = (key: string, bytes: Buffer) =>
    send("insert", "INSERT INTO floor VALUES ($1, $2, $3, now() + interval '1 day') ON CONFLICT DO NOTHING", [
      key,
      "v1",
      bytes,
    ]);
  const update = (key: string, version: string, bytes: Buffer) =>
    send("update", "UPDATE floor SET version = $2, record = $3 WHERE id = $1", [key, version, bytes]);
  const select = (key: string) => send<{ record: Buffer }>("select", "SELECT record FROM floor WHERE id = $1", [key]);
  return {
    name: "bare pg",
    driver: "pg",
    role: "floor",
    prepare: (path, keys) =>
      forEachKey(keys, AT_ONCE, (key) => insert(key, path === "replay" ? completedBytes : runningBytes)),
    run: async (key, path) => {
      if (path === "replay" || path === "duplicate") {
        const { rows } = await select(key);
        return rows[0]?.record.length === completedBytes.length ? "replayed" : "in-progress";
      }
      const { rowCount } = await insert(key, runningBytes);
      if (rowCount !== (path === "first" ? 1 : 0)) throw new Error("A claim ended otherwise than it should.");
      if (path === "takeover") await update(key, "v2", runningBytes);
      await update(key, "v3", completedBytes);
      return "ran";
    },
  };
}

/** The server counts the statements of a team that is counted, and of no team that is timed. */
async function connect(url: string, counted: boolean): Promise<Team> {
  const options = `-c ${STATISTICS}.track=${counted ? "top" : "none"}`;
  const pool = new Pool({ connectionString: url, max: CONNECTIONS, idleTimeoutMillis: 0, options });
  pool.on("error", () => {}); // the connections that end with the server
  const store = new PostgresStore(pool);
  return {
    contenders: [
      postgresFloor(pool),
      storeContender("PostgresStore", "pg", store),
      engineContender("Oncekey, pg", "pg", store),
    ],
    close: () => pool.end(),
  };
}

/** Commits are durable, as in production: `fsync` is on, and a first request waits for the disk twice. */
export async function openPostgres(): Promise<Arena> {
  const settings = { fsync: "on", shared_buffers: "256MB", max_wal_size: "4GB", shared_preload_libraries: STATISTICS };
  const server = await startPostgres({ settings: { ...settings, [`${STATISTICS}.track`]: "none" } });
  const admin = new Pool({ connectionString: server.url, max: 1 });
  admin.on("error", () => {});
  await migrate(admin);
  await admin.query(FLOOR_TABLE);
  await admin.query(`CREATE EXTENSION ${STATISTICS}`);
  const { rows } = await admin.query<{ server_version: string }>("SHOW server_version");
  return {
    name: "Postgres",
    server: `PostgreSQL ${rows[0]?.server_version ?? "?"}, fsync on, synchronous_commit on`,
    url: server.url,
    notes: [
      "Floor: `INSERT … ON CONFLICT DO NOTHING` and `UPDATE` by primary key for a first request, one `UPDATE` more for a take-over, `SELECT` of as many bytes otherwise; prepared, as the store's statements are.",
      `All share one pool of ${CONNECTIONS} connections.`,
      "@node-idempotency has a Postgres adapter in its repository, which cannot be had from the npm registry: there is no peer here.",
    ],
    pids: async () => {
      const ours = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
      return (await admin.query<{ pid: number }>(ours)).rows.map(({ pid }) => pid);
    },
    connect: (url) => connect(url, url !== server.url),
    commandsOf: async (work) => {
      await admin.query(`SELECT ${STATISTICS}_reset()`);
      await work();
      const counted = await admin.query<{ query: string; calls: string }>(`SELECT query, calls FROM ${STATISTICS}`);
      return byVerb(counted.rows);
    },
    stop: async () => {
      await admin.end();
      await server.stop();
    },
  };
}

function byVerb(rows: readonly { readonly query: string; readonly calls: string }[]): Map<string, number> {
  const commands = new Map<string, number>();
  for (const { query, calls } of rows) {
    const verb = /^\s*(\w+)/.exec(query)?.[1]?.toUpperCase() ?? "?";
    commands.set(verb, (commands.get(verb) ?? 0) + Number(calls));
  }
  return commands;
}
