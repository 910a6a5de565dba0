import { expect, it } from "vitest";
import { migrate, migrationSql, PostgresStore } from "./index.js";

const client = { query: () => Promise.reject(new Error("nothing may be sent")) };

it.each([
  ["a client", undefined, {}, /PostgresStore client: expected an object with a query method, .* got undefined/],
  ["a client", "postgres://localhost", {}, /got string/],
  ["a client", {}, {}, /PostgresStore client/],
  ["options", client, null, /PostgresStore options: expected an object, got null/],
  ["options", client, { tabel: "keys" }, /PostgresStore tabel: no such option; there are schema, table/],
  ["a schema", client, { schema: "" }, /PostgresStore schema: expected a name, got ""/],
  ["a table", client, { table: 7 }, /PostgresStore table: expected a name, got 7/],
  ["a table", client, { table: "ä".repeat(26) }, /has 52 bytes; at most 50 fit/],
  ["a table", client, { table: "a$$b" }, /contains "\$"; use another name/],
  ["a schema", client, { schema: "a\0b" }, /contains "\\u0000"/],
  ["prepare", client, { prepare: "yes" }, /PostgresStore prepare: yes is not true or false/],
  ["embedded", client, { embedded: 1 }, /PostgresStore embedded: 1 is not true or false/],
  [
    "durability",
    client,
    { durability: "forever" },
    /durability: forever is not one of memory, process, server, replicated/,
  ],
  ["durability", client, { durability: "toString" }, /durability: toString is not one of/],
  ["a pair", client, { embedded: true, prepare: true }, /an embedded database has no named statements; leave it out/],
])("%s that makes no sense is a TypeError that says so (%#)", (_, given, options, message) => {
  expect(() => Reflect.construct(PostgresStore, [given, options])).toThrow(message);
  expect(() => Reflect.construct(PostgresStore, [given, options])).toThrow(TypeError);
});

it("the names of migrate and migrationSql are checked alike", async () => {
  await expect(migrate(client, { table: "" })).rejects.toThrow(/^migrate table: expected a name/);
  expect(() => migrationSql({ schema: "$" })).toThrow(/^migrationSql schema: "\$" contains/);
});

it("migrate refuses a misspelt option too, and knows the store's", () => {
  expect(() => migrationSql({ tabel: "x" } as object)).toThrow(
    /^migrate tabel: no such option; there are schema, table/,
  );
  expect(migrationSql({ table: "mine", prepare: true } as object)).toContain('"mine_create_v1"');
});

it("declares what the options say, once and for all", () => {
  const { capabilities } = new PostgresStore(client);
  expect(capabilities).toEqual({
    clock: "store",
    resolutionMs: 1,
    skewMarginMs: 0,
    maxRecordBytes: 16_777_216,
    durability: "server",
    concurrent: true,
    transactional: true,
    list: true,
    sweep: true,
  });
  expect(Object.isFrozen(capabilities)).toBe(true);
  const embedded = new PostgresStore(client, { embedded: true }).capabilities;
  expect(embedded).toEqual({ ...capabilities, durability: "process", concurrent: false, maxRecordBytes: 2_097_152 });
  expect(new PostgresStore(client, { embedded: true, durability: "memory" }).capabilities.durability).toBe("memory");
  expect(new PostgresStore(client, { durability: "replicated" }).capabilities.durability).toBe("replicated");
  const inside = new PostgresStore(client).within(client);
  expect(inside.capabilities).toEqual({ ...capabilities, transactional: false, list: false, sweep: false });
});

it("a limit is a whole number of at least 1", async () => {
  const store = new PostgresStore(client);
  for (const limit of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    await expect(store.sweep(limit)).rejects.toThrow(TypeError);
    await expect(store.list({ limit })).rejects.toThrow(/PostgresStore list limit: .* is not a whole number/);
  }
});

it("within refuses what is no client", () => {
  const store = new PostgresStore(client);
  expect(() => Reflect.apply(store.within, store, [undefined])).toThrow(
    /PostgresStore within client: .* got undefined/,
  );
});

it("sends nothing when it is made", () => {
  new PostgresStore(client);
});
