import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { createDatabase, dropDatabases, type PostgresServer, startPostgres, testDatabaseUrl } from "./index.js";

const started: PostgresServer[] = [];
const open: Client[] = [];

async function start(options?: Parameters<typeof startPostgres>[0]): Promise<PostgresServer> {
  const server = await startPostgres(options);
  started.push(server);
  return server;
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  open.push(client);
  return client;
}

function ended(client: Client): Promise<void> {
  return new Promise((resolve) => client.once("end", resolve));
}

async function one(client: Client, sql: string): Promise<unknown> {
  const { rows } = await client.query({ text: sql, rowMode: "array" });
  return rows[0]?.[0];
}

afterEach(async () => {
  for (const client of open.splice(0)) await client.end().catch(() => {});
  for (const server of started.splice(0)) await server.stop();
});

describe("startPostgres", () => {
  it("starts servers that are strangers to each other", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(second.url).not.toBe(first.url);
    await (await connect(first.url)).query("CREATE TABLE mine (n int)");
    expect(await one(await connect(second.url), "SELECT to_regclass('mine')")).toBeNull();
  });

  it("applies settings", async () => {
    const server = await start({ settings: { default_transaction_isolation: "serializable" } });
    expect(await one(await connect(server.url), "SHOW transaction_isolation")).toBe("serializable");
  });

  it("keeps what was committed through kill() and start(), at the same address", async () => {
    const server = await start();
    const before = await connect(server.url);
    await before.query("CREATE TABLE kept (n int)");
    await before.query("INSERT INTO kept VALUES (7)");
    const broken = ended(before);
    await server.kill();
    await broken;
    await expect(connect(server.url)).rejects.toThrow(/ECONNREFUSED/);
    await server.start();
    expect(await one(await connect(server.url), "SELECT n FROM kept")).toBe(7);
  });

  it("kills sessions in the middle of a statement, and comes back at once", async () => {
    const server = await start();
    const holder = await connect(server.url);
    await holder.query("CREATE TABLE held (n int)");
    await holder.query("BEGIN; LOCK TABLE held");
    const waiter = await connect(server.url);
    const blocked = expect(waiter.query("SELECT * FROM held")).rejects.toThrow();
    await server.kill();
    await blocked;
    await server.start();
    expect(await one(await connect(server.url), "SELECT count(*)::int FROM held")).toBe(0);
  });

  it("says why a server did not come up, in the server's own words", async () => {
    await expect(startPostgres({ settings: { shared_buffers: "plenty" } })).rejects.toThrow(
      /invalid value for parameter "shared_buffers": "plenty"/,
    );
  });

  it("refuses to start twice, or to kill what is down", async () => {
    const server = await start();
    await expect(server.start()).rejects.toThrow(/runs already/);
    await server.kill();
    await expect(server.kill()).rejects.toThrow(/not running/);
  });

  it("stops for good, twice without harm", async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    await expect(connect(server.url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it("does not outlive a process that is killed", async () => {
    const script = fileURLToPath(new URL("./fixture-starts-and-waits.ts", import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [line]: unknown[] = await once(child.stdout, "data");
    const url = String(line).trim();
    const session = await connect(url);
    expect(await one(session, "SELECT 1")).toBe(1);
    const gone = ended(session);
    child.kill("SIGKILL");
    await gone;
    await expect
      .poll(() =>
        connect(url).then(
          () => "answers",
          () => "is gone",
        ),
      )
      .toBe("is gone");
  });
});

describe("createDatabase", () => {
  it("makes a new empty database on the server of the test run", async () => {
    const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
    await (await connect(first)).query("CREATE TABLE mine (n int)");
    expect(await one(await connect(second), "SELECT to_regclass('mine')")).toBeNull();
    expect(new URL(first).host).toBe(new URL(testDatabaseUrl()).host);
  });

  it("leaves nothing behind on a server that lives on", async () => {
    const server = await start();
    const run = process.env["ONCEKEY_TEST_RUN"];
    if (run === undefined) throw new Error("the set-up of the run did not name it");
    await createDatabase(server.url);
    const client = await connect(server.url);
    const count = `SELECT count(*)::int FROM pg_database WHERE datname LIKE 'oncekey%'`;
    expect(await one(client, count)).toBe(1);
    await dropDatabases(server.url, run);
    expect(await one(client, count)).toBe(0);
  });
});
