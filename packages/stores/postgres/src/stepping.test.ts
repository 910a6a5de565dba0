import { aesGcm, createOncekey } from "@oncekey/core";
import { expect, it } from "vitest";
import { freshId, inTransaction, openDatabase } from "../test/harness.js";
import { PostgresStore } from "./index.js";

it("a process that loses its database between two steps is taken over, and its finished step is not run again", async () => {
  const { connect, pool, store } = await openDatabase();
  await pool.query("CREATE TABLE charges (key text PRIMARY KEY)");
  const seal = aesGcm({ keys: [{ id: "k1", key: new Uint8Array(32).fill(1) }] });
  const operation = { key: freshId(), scope: "acct_1", fingerprint: "s1:stepping" };
  const settings = { seal, leaseMs: 1_500, retentionMs: 60_000, waitMs: 20_000 };
  const done: string[] = [];

  // The first process charges, and is cut off for good.
  const lost = connect({ application_name: "lost" });
  let cutOff = () => {};
  const gone = new Promise<void>((resolve) => {
    cutOff = resolve;
  });
  const first = createOncekey({ ...settings, store: new PostgresStore(lost), completionTimeoutMs: 1_000 });
  const answer = first.execute(operation, async (attempt) => {
    await attempt.step("charge", async () => {
      done.push("charge");
      await pool.query("INSERT INTO charges VALUES ($1)", [attempt.deriveKey("charge")]);
      return { charge: "ch_1" };
    });
    lost.connect = () => Promise.reject(new Error("the network is gone"));
    lost.query = () => Promise.reject(new Error("the network is gone"));
    await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lost'");
    cutOff();
    return attempt.step("send", () => done.push("send in the lost process"));
  });
  await Promise.race([
    gone,
    answer.then((early) => expect.fail(`ended before it was cut off: ${JSON.stringify(early)}`)),
  ]);

  // The second one waits for the lease to lapse, and goes on: the rest and the answer in one transaction.
  const second = await createOncekey({ ...settings, store }).execute(operation, async (attempt) => {
    const charge = await attempt.step("charge", () => {
      done.push("charge again");
      return { charge: "ch_2" };
    });
    await attempt.step("send", () => void done.push("send"));
    await inTransaction(pool, (client) => attempt.commitWith(store.within(client), charge));
    return charge;
  });
  expect(second).toEqual({ outcome: "executed", value: { charge: "ch_1" }, stored: true, attempt: 2 });
  expect(done.filter((each) => each.startsWith("charge"))).toEqual(["charge"]);
  expect((await pool.query("SELECT * FROM charges")).rows).toHaveLength(1);
  expect(await answer).toMatchObject({ outcome: "threw", stored: false });
  await first.close({ timeoutMs: 1 });
  expect(await createOncekey({ ...settings, store }).execute(operation, async () => "never")).toMatchObject({
    outcome: "replayed",
    value: { charge: "ch_1" },
  });
}, 30_000);
