import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, expect, it } from "vitest";
import { completed, given, HOUR_MS, running } from "../test/harness.js";
import { migrate, PostgresStore } from "./index.js";

const database = new PGlite();
const folder = await mkdtemp(join(tmpdir(), "oncekey-pglite-"));
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});
const store = new PostgresStore(database, { embedded: true });
await migrate(database);

it("takes part in a transaction of PGlite's", async () => {
  const { id, version } = await given(store);
  await database.transaction(async (transaction) => {
    await store.within(transaction).replace(id, version, "undone", completed());
    await transaction.rollback();
  });
  expect(await store.get(id)).toMatchObject({ version });
  await database.transaction(async (transaction) => {
    expect(await store.within(transaction).replace(id, version, "done", completed())).toMatchObject({ written: true });
  });
  expect(await store.get(id)).toMatchObject({ version: "done", record: completed() });
});

it("asks for migrate() where the schema is missing, as a server does", async () => {
  await expect(new PostgresStore(database, { table: "elsewhere" }).get("id")).rejects.toMatchObject({
    code: "STORE_MISCONFIGURED",
    message: expect.stringContaining("run migrate("),
  });
});

it("a database that was closed is a fault", async () => {
  const closed = await PGlite.create();
  await migrate(closed);
  const other = new PostgresStore(closed, { embedded: true });
  await closed.close();
  await expect(other.create("id", "v1", running(), HOUR_MS)).rejects.toMatchObject({
    message: expect.stringMatching(/^PostgresStore create: PGlite is closed/),
    cause: expect.any(Error),
  });
});

it("what was written survives kill -9 of the process, as durability `process` says", async () => {
  const script = fileURLToPath(new URL("../test/pglite-writer.ts", import.meta.url));
  const flags = ["--conditions=@oncekey/source", "--import", "tsx"];
  const child = spawn(process.execPath, [...flags, script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const said: unknown[] = await once(child.stdout, "data");
  expect(String(said[0])).toBe("written\n");
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  const reopened = new PGlite(folder);
  try {
    const survivor = new PostgresStore(reopened, { embedded: true });
    expect(survivor.capabilities.durability).toBe("process");
    expect(await survivor.get("id")).toMatchObject({ version: "v1", record: { state: "released", attempt: 7 } });
  } finally {
    await reopened.close();
  }
});
