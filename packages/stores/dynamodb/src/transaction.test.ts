import { GetItemCommand, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { createOncekey } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import {
  completed,
  connect,
  freshId,
  given,
  HOUR_MS,
  isDynamoDBProper,
  itemOf,
  keysOf,
  loseReplies,
  openTable,
  requestsOf,
  running,
} from "../test/harness.js";
import { DynamoDBStore, DynamoDBTransaction } from "./index.js";

const { table, client, store } = await openTable();
const large = completed(new Uint8Array(10_000).fill(7));

function order(id: string): TransactWriteItem {
  return { Put: { TableName: table, Item: { id: { S: id } }, ConditionExpression: "attribute_not_exists(id)" } };
}

async function exists(id: string): Promise<boolean> {
  const command = new GetItemCommand({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true });
  return (await client.send(command)).Item !== undefined;
}

describe("a transaction before it is committed", () => {
  it("sees its own writes, which nobody else does, and sends none", async () => {
    const own = connect();
    const requests = requestsOf(own);
    const inside = new DynamoDBStore(own, { table }).within(new DynamoDBTransaction(own));
    const { id, version } = await given(store);
    const fresh = freshId();
    expect(await inside.replace(id, version, "done", completed())).toMatchObject({ written: true });
    expect(await inside.create(fresh, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
    expect(await inside.get(id)).toMatchObject({ version: "done" });
    expect(await inside.get(fresh)).toMatchObject({ version: "v1" });
    expect(await inside.create(fresh, "v2", running(), HOUR_MS)).toMatchObject({ current: { version: "v1" } });
    expect(await inside.create(fresh, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
    expect(await inside.remove(fresh, "v9")).toMatchObject({ written: false, current: { version: "v1" } });
    expect(await inside.remove(fresh, "v1")).toEqual({ written: true });
    expect(await inside.get(fresh)).toBeUndefined();
    expect(await store.get(id)).toMatchObject({ version });
    expect(new Set(requests)).toEqual(new Set(["GetItem"]));
    own.destroy();
  });

  it("judges versions as they are outside", async () => {
    const inside = store.within(new DynamoDBTransaction(client));
    const { id, version } = await given(store);
    await store.replace(id, version, "next", running());
    expect(await inside.replace(id, version, "late", completed())).toMatchObject({ current: { version: "next" } });
    expect(await inside.replace(freshId(), "v1", "v2", completed())).toEqual({ written: false, current: undefined });
    expect(await inside.remove(freshId(), "v1")).toEqual({ written: true });
  });

  it("takes nothing more once it has been sent, and nothing at all is a transaction too", async () => {
    const transaction = new DynamoDBTransaction(client);
    const inside = store.within(transaction);
    await transaction.commit();
    expect(() => transaction.add(order(freshId()))).toThrow(/it has been sent/);
    await expect(inside.create(freshId(), "v1", running(), HOUR_MS)).rejects.toThrow(/it has been sent/);
  });
});

/** With transactions: AWS itself, and AWS's DynamoDB Local. */
function committing(): void {
  it("does what is yours and what is the store's", async () => {
    const { id, version } = await given(store);
    const [fresh, mine] = [freshId(), freshId()];
    const transaction = new DynamoDBTransaction(client).add(order(mine));
    const inside = store.within(transaction);
    await inside.replace(id, version, "done", large, 2 * HOUR_MS);
    await inside.create(fresh, "v1", running(), HOUR_MS);
    await inside.replace(fresh, "v1", "v2", completed());
    await transaction.commit();
    expect(await exists(mine)).toBe(true);
    expect(await store.get(id)).toMatchObject({ version: "done", record: large });
    expect(await store.get(fresh)).toMatchObject({ version: "v2" });
    const { expiresInMs = 0 } = (await store.get(id)) ?? {};
    expect(expiresInMs).toBeGreaterThan(HOUR_MS + 60_000);
  });

  it("removes, and creates in the place of what it removed", async () => {
    const [one, other] = [await given(store), await given(store)];
    const transaction = new DynamoDBTransaction(client);
    const inside = store.within(transaction);
    await inside.remove(one.id, one.version);
    await inside.remove(other.id, other.version);
    await inside.create(other.id, "anew", running(), HOUR_MS);
    await transaction.commit();
    expect(await store.get(one.id)).toBeUndefined();
    expect(await store.get(other.id)).toMatchObject({ version: "anew" });
  });

  it("does nothing where what stands has changed since, and says so", async () => {
    const { id, version } = await given(store);
    const mine = freshId();
    const transaction = new DynamoDBTransaction(client).add(order(mine));
    await store.within(transaction).replace(id, version, "done", completed());
    await store.replace(id, version, "taken over", running(2));
    await expect(transaction.commit()).rejects.toMatchObject({
      message: expect.stringMatching(/what stands under a key has changed/),
      cause: { name: "TransactionCanceledException" },
    });
    expect(await exists(mine)).toBe(false);
    expect(await store.get(id)).toMatchObject({ version: "taken over" });
  });

  it("does nothing where a condition of yours does not hold, and does not put it down to the store", async () => {
    const { id, version } = await given(store);
    const { id: taken } = await given(store);
    const transaction = new DynamoDBTransaction(client).add(order(taken));
    await store.within(transaction).replace(id, version, "done", completed());
    await expect(transaction.commit()).rejects.toThrow(
      /^DynamoDBTransaction commit: .*\[ConditionalCheckFailed, None\]$/,
    );
    expect(await store.get(id)).toMatchObject({ version });
  });

  it("is done once where its replies are lost, by the SDK's retry and by a second call", async () => {
    const own = connect(undefined, { maxAttempts: 2 });
    const { lost } = loseReplies(own, 3);
    const { id, version } = await given(store);
    const mine = freshId();
    const transaction = new DynamoDBTransaction(own).add(order(mine));
    await store.within(transaction).replace(id, version, "done", completed());
    await expect(transaction.commit()).rejects.toThrow(/socket hang up/);
    await transaction.commit();
    expect(lost).toHaveLength(3);
    expect(await store.get(id)).toMatchObject({ version: "done" });
    own.destroy();
  });

  it("completes an operation of the engine together with its effect, or neither", async () => {
    const oncekey = createOncekey({ store });
    const run = (key: string, mine: string, body: (transaction: DynamoDBTransaction) => Promise<void>) =>
      oncekey.execute({ key, scope: table, fingerprint: "s1:order" }, async (attempt) => {
        const transaction = new DynamoDBTransaction(client).add(order(mine));
        await attempt.commitWith(store.within(transaction), { mine });
        await body(transaction);
        return { mine };
      });
    const [first, second] = [freshId(), freshId()];
    expect(await run("one", first, (transaction) => transaction.commit())).toMatchObject({
      outcome: "executed",
      stored: true,
    });
    expect(await exists(first)).toBe(true);
    expect(await run("one", second, (transaction) => transaction.commit())).toMatchObject({
      outcome: "replayed",
      value: { mine: first },
    });
    const boom = async () => {
      throw new Error("before the commit");
    };
    expect(await run("two", second, boom)).toMatchObject({ outcome: "threw", stored: false });
    expect(await exists(second)).toBe(false);
    expect(await run("two", second, (transaction) => transaction.commit())).toMatchObject({ outcome: "executed" });
    await oncekey.close();
  });
}

/** Without: dynalite. */
function refusing(): void {
  it("says that the endpoint has no transactions, and what it wrote beforehand ends by itself", async () => {
    const { id, version } = await given(store);
    const transaction = new DynamoDBTransaction(client);
    await store.within(transaction).replace(id, version, "done", large);
    await expect(transaction.commit()).rejects.toThrow(/this endpoint has no transactions/);
    expect(await store.get(id)).toMatchObject({ version });
    expect(await keysOf(client, table, id)).toEqual([id, `${id}.0.done`]);
    expect(await itemOf(client, table, `${id}.0.done`)).toHaveProperty("ttl");
  });
}

describe("a commit", (await isDynamoDBProper(client)) ? committing : refusing);
