import { aesGcm, createOncekey, type OncekeyOptions, recordId } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { freshId, inTransaction, inUndone, openDatabase } from "../test/harness.js";

const secret = "4242 4242 4242 4242";
const seal = aesGcm({ keys: [{ id: "k1", key: new Uint8Array(32).fill(1) }] });

const never = async () => {
  throw new Error("this handler must not run");
};

describe("sealed results", async () => {
  const { pool, store } = await openDatabase();
  const engine = (options: Partial<OncekeyOptions> = {}) => createOncekey({ seal, ...options, store });
  const operation = () => ({ key: freshId(), scope: "acct_1", fingerprint: "s1:sealing" });
  const idOf = ({ scope, key }: { scope: string; key: string }) => recordId("default", scope, key);

  /** Every row of the table, with all that is ASCII in its bytes. */
  async function rows(): Promise<string> {
    const { rows } = await pool.query<{ row: string }>(
      "SELECT r::text || encode(record, 'escape') AS row FROM oncekey_records AS r",
    );
    return rows.map(({ row }) => row).join("\n");
  }

  it("are replayed, and no row of the table holds them in the clear", async () => {
    const [sealed, plain] = [operation(), operation()];
    const oncekey = engine();
    expect(await oncekey.execute(sealed, async () => ({ card: secret }))).toMatchObject({ stored: true });
    expect(await oncekey.execute(sealed, never)).toMatchObject({ outcome: "replayed", value: { card: secret } });
    expect(await rows()).not.toContain("4242");
    await createOncekey({ store }).execute(plain, async () => "shown 4242");
    // That the search finds what is there.
    expect(await rows()).toContain("shown 4242");
    await pool.query("DELETE FROM oncekey_records WHERE id = $1", [idOf(plain)]);
  });

  it("are committed and rolled back with a transaction", async () => {
    const [kept, undone] = [operation(), operation()];
    const oncekey = engine();
    await oncekey.execute(kept, async (attempt) => {
      await inTransaction(pool, (client) => attempt.commitWith(store.within(client), secret));
      return secret;
    });
    expect(await oncekey.execute(kept, never)).toMatchObject({ outcome: "replayed", value: secret });
    await oncekey.execute(undone, async (attempt) => {
      await inUndone(pool, (client) => attempt.commitWith(store.within(client), secret));
      return "written afterwards";
    });
    expect(await oncekey.execute(undone, never)).toMatchObject({ outcome: "replayed", value: "written afterwards" });
    expect(await rows()).not.toContain("4242");
  });

  it("do not open under the id of another record, or without the sealer", async () => {
    const [mine, theirs] = [operation(), operation()];
    const oncekey = engine();
    await oncekey.execute(mine, async () => "mine");
    await oncekey.execute(theirs, async () => secret);
    const move = "UPDATE oncekey_records SET record = (SELECT record FROM oncekey_records WHERE id = $2) WHERE id = $1";
    expect((await pool.query(move, [idOf(mine), idOf(theirs)])).rowCount).toBe(1);
    await expect(oncekey.execute(mine, never)).rejects.toMatchObject({ code: "RECORD_NOT_OPENED" });
    expect(await oncekey.execute(theirs, never)).toMatchObject({ outcome: "replayed", value: secret });
    await expect(createOncekey({ store }).execute(theirs, never)).rejects.toMatchObject({ code: "RECORD_NOT_OPENED" });
  });
});
