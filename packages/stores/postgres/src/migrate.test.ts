import { createDatabase } from "@oncekey/services";
import { Pool } from "pg";
import { afterAll, expect, it } from "vitest";
import { given, HOUR_MS, inUndone, openDatabase, running } from "../test/harness.js";
import { migrate, migrationSql, migrations, PostgresStore } from "./index.js";

const { pool, store, connect } = await openDatabase();
const empty = new Pool({ connectionString: await createDatabase() });
afterAll(() => empty.end());

it("makes the schema that was reviewed", async () => {
  await expect(await dump(pool)).toMatchFileSnapshot("../test/schema.sql");
});

it("does nothing the second time", async () => {
  const before = await dump(pool);
  const { id } = await given(store);
  await migrate(pool);
  expect(await dump(pool)).toBe(before);
  expect(await store.get(id)).toBeDefined();
  const { rows } = await pool.query("SELECT version FROM oncekey_records_migrations ORDER BY version");
  expect(rows).toEqual(migrations.map(({ version }) => ({ version })));
});

it("makes the schema too, under any name", async () => {
  const names = { schema: `it's "mine"; DROP TABLE x --`, table: `Kéys of "A" \\ ''` };
  await migrate(pool, names);
  const other = new PostgresStore(pool, names);
  const { id, version } = await given(other);
  expect(await other.replace(id, version, "v2", running(2))).toMatchObject({ written: true });
  expect(await other.remove(id, "v2")).toEqual({ written: true });
  expect(await other.sweep()).toBe(0);
  const { rows } = await pool.query("SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2", [
    names.schema,
    names.table,
  ]);
  expect(rows).toHaveLength(1);
});

it("works with the longest names that the store takes", async () => {
  const names = { schema: "s".repeat(63), table: "t".repeat(50) };
  await migrate(pool, names);
  const other = new PostgresStore(pool, names);
  await given(other);
  await given(new PostgresStore(connect(), { ...names, prepare: true }));
  expect((await other.list()).entries).toHaveLength(2);
});

it("is all or nothing, and may be part of a transaction", async () => {
  await inUndone(pool, (client) => migrate(client, { table: "undone" }));
  const { rows } = await pool.query("SELECT 1 FROM pg_class WHERE relname LIKE 'undone%'");
  expect(rows).toEqual([]);
});

it("can be run by a tool of one's own, as one statement", async () => {
  await pool.query(migrationSql({ table: "by_hand" }));
  await given(new PostgresStore(pool, { table: "by_hand" }));
});

it("the file is SQL as it stands", async () => {
  const other = new Pool({ connectionString: await createDatabase() });
  try {
    for (const { sql } of migrations) await other.query(sql);
    await given(new PostgresStore(other));
  } finally {
    await other.end();
  }
});

it("works for a role that may only use what is there", async () => {
  await pool.query(`CREATE ROLE oncekey_user_${process.pid} LOGIN;
    GRANT SELECT, INSERT, UPDATE, DELETE ON oncekey_records TO oncekey_user_${process.pid}`);
  const client = await pool.connect();
  try {
    await client.query(`SET ROLE oncekey_user_${process.pid}`);
    await given(new PostgresStore(client));
    await expect(migrate(client, { table: "theirs" })).rejects.toThrow(/migrate: permission denied for schema public/);
  } finally {
    await client.query("RESET ROLE");
    client.release();
    await pool.query(`DROP OWNED BY oncekey_user_${process.pid}; DROP ROLE oncekey_user_${process.pid}`);
  }
});

it.each([true, false])(
  "is asked for where the schema is missing, and the constructor makes nothing (%s)",
  async (prepare) => {
    const bare = new PostgresStore(empty, { prepare });
    const missing = {
      name: "OncekeyError",
      code: "STORE_MISCONFIGURED",
      message: expect.stringMatching(/schema of "public"."oncekey_records" is missing .* run migrate\(client, /),
      cause: expect.objectContaining({ code: expect.stringMatching(/^(42883|42P01)$/) }),
    };
    await expect(bare.get("id")).rejects.toMatchObject(missing);
    await expect(bare.create("id", "v1", running(), HOUR_MS)).rejects.toMatchObject(missing);
    await expect(bare.replace("id", "v1", "v2", running())).rejects.toMatchObject(missing);
    await expect(bare.remove("id", "v1")).rejects.toMatchObject(missing);
    await expect(bare.sweep()).rejects.toMatchObject(missing);
    await expect(bare.list()).rejects.toMatchObject(missing);
    await expect(new PostgresStore(pool, { schema: "nowhere", prepare }).get("id")).rejects.toMatchObject({
      code: "STORE_MISCONFIGURED",
      cause: { code: prepare ? "42P01" : "3F000" },
    });
    const { rows } = await empty.query("SELECT 1 FROM pg_class WHERE relname LIKE 'oncekey%'");
    expect(rows).toEqual([]);
  },
);

it("is asked for where the table is gone", async () => {
  await migrate(pool, { table: "dropped" });
  await pool.query("DROP TABLE dropped");
  await expect(new PostgresStore(pool, { table: "dropped" }).get("id")).rejects.toMatchObject({
    code: "STORE_MISCONFIGURED",
    cause: { code: "42P01" },
  });
});

it("says so where another table has the name", async () => {
  await pool.query("CREATE TABLE taken (n int)");
  await expect(migrate(pool, { table: "taken" })).rejects.toThrow(/migrate: relation "taken" already exists/);
  await expect(new PostgresStore(pool, { table: "taken" }).get("id")).rejects.toMatchObject({
    code: "STORE_MISCONFIGURED",
  });
});

/** What stands in the catalogue; the functions' bodies are reviewed in sql/. */
async function dump(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ line: string }>(`
    SELECT line FROM (
      SELECT 1 AS part, c.relname::text AS thing, a.attnum AS place,
        c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
          || CASE WHEN l.collname <> 'default' THEN ' COLLATE ' || quote_ident(l.collname) ELSE '' END
          || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
          || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relname IN ('oncekey_records', 'oncekey_records_migrations')
      UNION ALL
      SELECT 2, relname, 0, relname || ' WITH (' || array_to_string(reloptions, ', ') || ')'
        FROM pg_class WHERE relname = 'oncekey_records'
      UNION ALL
      SELECT 3, indexname, 0, indexdef FROM pg_indexes WHERE tablename LIKE 'oncekey_records%'
      UNION ALL
      SELECT 4, p.proname, 0, 'FUNCTION ' || p.oid::regprocedure || ' RETURNS ' || pg_get_function_result(p.oid)
          || ' LANGUAGE ' || l.lanname || CASE p.provolatile WHEN 'v' THEN ' VOLATILE' WHEN 's' THEN ' STABLE' ELSE ' IMMUTABLE' END
          || CASE WHEN p.prosecdef THEN ' SECURITY DEFINER' ELSE ' SECURITY INVOKER' END
        FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.proname LIKE 'oncekey_records%'
    ) AS dump ORDER BY part, thing COLLATE "C", place`);
  return `-- What migrate() makes, by the catalogue. Written by migrate.test.ts.\n${rows.map(({ line }) => line).join("\n")}\n`;
}
