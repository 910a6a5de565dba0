import { createOncekey, type OncekeyEvent } from "@oncekey/core";
import { startPostgres } from "@oncekey/services";
import { Pool } from "pg";
import { expect, it } from "vitest";
import { migrate, PostgresStore } from "./index.js";

const operation = (key: string) => ({ key, scope: "acct_1", fingerprint: "s1:outage" });

it("with the server killed at a claim, and in the middle of a run, nothing runs twice and no result is lost", async () => {
  const server = await startPostgres();
  const pool = new Pool({ connectionString: server.url, max: 4, connectionTimeoutMillis: 500 });
  pool.on("error", () => {}); // the connections that die with the server
  try {
    await migrate(pool);
    const events: OncekeyEvent[] = [];
    const oncekey = createOncekey({
      store: new PostgresStore(pool),
      policy: "at-most-once",
      claimTimeoutMs: 2_000,
      completionTimeoutMs: 500,
      on: (event) => events.push(event),
    });
    const runs: string[] = [];
    const run = (key: string, meanwhile = async () => {}) =>
      oncekey.execute(operation(key), async () => {
        runs.push(key);
        await meanwhile();
        return `result of ${key}`;
      });

    // In the middle of a run: the caller has its answer, and it is stored when the server is back.
    expect(await run("cut", () => server.kill())).toMatchObject({ outcome: "executed", stored: false });
    // At a claim: nothing runs, and the key is not held by what never ran.
    expect(await run("early")).toMatchObject({ outcome: "store-unavailable" });
    expect(runs).toEqual(["cut"]);

    await server.start();
    await expect
      .poll(() => events, { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ type: "completed", late: true }));
    expect(await run("cut")).toMatchObject({ outcome: "replayed", value: "result of cut" });
    expect(await run("early")).toMatchObject({ outcome: "executed", stored: true });
    expect(runs).toEqual(["cut", "early"]);
    expect(await oncekey.close()).toEqual({ unfinished: 0 });
  } finally {
    await pool.end();
    await server.stop();
  }
}, 60_000);
