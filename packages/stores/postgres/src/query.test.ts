import { Client, type Connection, type PoolClient } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { completed, freshId, given, HOUR_MS, inUndone, openDatabase, running, untilBlocked } from "../test/harness.js";
import { type NamedStatement, PostgresStore, type PreparingClient } from "./index.js";

const { url, pool, connect, store } = await openDatabase();
const clients: Client[] = [];
afterAll(() => Promise.all(clients.map((client) => client.end())));

async function openClient(config: { readonly query_timeout?: number } = {}): Promise<Client> {
  const client = new Client({ connectionString: url, ...config });
  clients.push(client);
  await client.connect();
  return client;
}

/** Every step, with what is refused; the same whatever carries it. */
async function everyStep(on: PostgresStore): Promise<void> {
  const { id, version } = await given(on);
  for (let round = 0; round < 3; round++) {
    expect(await on.create(id, "v2", running(), HOUR_MS)).toMatchObject({ written: false, current: { version } });
  }
  expect(await on.replace(id, "foreign", "v2", running())).toMatchObject({ written: false, current: { version } });
  expect(await on.replace(id, version, "v2", running(), 2 * HOUR_MS)).toMatchObject({ written: true });
  expect(await on.replace(id, "v2", "v3", completed())).toMatchObject({ written: true });
  expect(await on.get(id)).toMatchObject({ version: "v3", record: completed() });
  expect(await on.get(freshId())).toBeUndefined();
  expect((await on.list()).entries.length).toBeGreaterThan(0);
  expect(await on.remove(id, "v3")).toEqual({ written: true });
  await given(on);
}

describe("with node-postgres", () => {
  /** How often the server says what the columns of a result are while `body` runs. */
  async function described(client: PoolClient | Client, body: () => Promise<void>): Promise<number> {
    const connection = connectionOf(client);
    let count = 0;
    const hear = () => {
      count += 1;
    };
    connection.on("rowDescription", hear);
    await body();
    connection.off("rowDescription", hear);
    return count;
  }

  it.each([true, false])("the server is not asked to describe what it answers (prepared: %s)", async (prepare) => {
    const client = await openClient();
    expect(await described(client, () => everyStep(new PostgresStore(client, { prepare })))).toBe(0);
    const single = connect({ max: 1 });
    const own = await single.connect();
    own.release();
    expect(await described(own, () => everyStep(new PostgresStore(single, { prepare })))).toBe(0);
    const held = await single.connect();
    try {
      expect(await described(held, () => everyStep(new PostgresStore(held, { prepare })))).toBe(0);
    } finally {
      held.release();
    }
  });

  it("who puts a copy of the statement in its place sends the ordinary one", async () => {
    const copying = connect({ max: 1 });
    const client = await openClient();
    for (const each of [copying, client]) {
      const send = each.query.bind(each);
      const query = (statement: NamedStatement | string, values?: unknown[]) => {
        if (typeof statement === "string") return send(statement, values);
        return send({ name: statement.name, text: statement.text, values: statement.values });
      };
      await everyStep(new PostgresStore(Object.assign(each, { query }), { prepare: true }));
    }
  });

  it("what stands in the way of a client's calls is heard", async () => {
    const client = await openClient();
    const unfit = connect();
    unfit.on("connect", (each) => {
      each.query = () => {
        throw new Error("not today");
      };
    });
    const stores = [new PostgresStore(client), new PostgresStore(unfit)];
    client.query = () => Promise.reject(new Error("not today"));
    for (const each of stores) await expect(each.get(freshId())).rejects.toThrow("PostgresStore get: not today");
    expect(unfit.totalCount).toBe(0);
  });

  it("its own limit of time ends a call", async () => {
    const impatient = [connect({ query_timeout: 200 }), await openClient({ query_timeout: 200 })];
    const { id, version } = await given(store);
    await inUndone(pool, async (client) => {
      await store.within(client).replace(id, version, "theirs", running());
      const calls = impatient.map((each) => new PostgresStore(each).replace(id, version, "ours", completed()));
      const ends = calls.map((call) => expect(call).rejects.toThrow("PostgresStore replace: Query read timeout"));
      await untilBlocked(pool, 2);
      await Promise.all(ends);
    });
  });

  it("a connection that ends fails the call that is under way on it", async () => {
    const { id, version } = await given(store);
    const client = await openClient();
    client.on("error", () => {}); // it is ended on purpose
    const single = connect({ max: 1 });
    await inUndone(pool, async (holder) => {
      await store.within(holder).replace(id, version, "theirs", running());
      const calls = [client, single].map((each) => new PostgresStore(each).replace(id, version, "ours", completed()));
      const faults = calls.map((call) => expect(call).rejects.toMatchObject({ cause: { code: "57P01" } }));
      await untilBlocked(pool, 2);
      await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`);
      await Promise.all(faults);
    });
    clients.splice(clients.indexOf(client), 1);
    await given(new PostgresStore(single));
  });
});

it("a client like it, whose connections are others, is sent ordinary statements", async () => {
  const plain = await openClient();
  let refused = 0;
  class Other {
    static readonly Query: unknown = Reflect.get(Client, "Query");
    readonly on = () => this;
    readonly connect = async () => this;
    async query(statement: NamedStatement | string, values?: unknown[]) {
      if (typeof statement === "string") return plain.query(statement, values);
      if (!("submit" in statement && typeof statement.submit === "function")) return plain.query(statement);
      refused += 1;
      throw statement.submit({});
    }
  }
  const other: PreparingClient = new Other();
  await everyStep(new PostgresStore(other));
  expect(refused).toBe(1);
});

function connectionOf(client: PoolClient | Client): Connection {
  if ("connection" in client) return client.connection;
  throw new Error("the driver keeps its connection elsewhere");
}
