import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { createOncekey, isOncekeyError, type OncekeyEvent } from "@oncekey/core";
import { openWay, testDynamoDBEndpoint } from "@oncekey/services";
import { describe, expect, it } from "vitest";
import {
  around,
  completed,
  connect,
  freshId,
  freshVersion,
  given,
  HOUR_MS,
  keysOf,
  loseReplies,
  openTable,
  running,
} from "../test/harness.js";
import { DynamoDBStore } from "./index.js";

const { table, client, store } = await openTable();

/** A store whose first requests fail like that, before DynamoDB hears of them. */
function failing(name: string, times = Number.POSITIVE_INFINITY) {
  const own = connect(testDynamoDBEndpoint(), { maxAttempts: 1 });
  const refused: string[] = [];
  around(own, async (request, send) => {
    if (refused.length >= times) return send();
    refused.push(request);
    throw Object.assign(new Error(`${name}, says the service`), { name });
  });
  return { refused, faulty: new DynamoDBStore(own, { table }) };
}

function create(broken: DynamoDBStore): Promise<unknown> {
  return broken.create(freshId(), freshVersion(), running(), HOUR_MS).catch((error: unknown) => error);
}

describe("the SDK's own retry of a request whose reply was lost", () => {
  it("finds the version that it wrote, in every operation", async () => {
    const own = connect(testDynamoDBEndpoint(), { maxAttempts: 3 });
    const retrying = new DynamoDBStore(own, { table });
    const id = freshId();
    const { lost } = loseReplies(own, 2);
    expect(await retrying.create(id, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
    expect(lost.splice(0)).toEqual(["PutItem", "PutItem"]);
    expect(await retrying.replace(id, "v1", "v2", completed())).toMatchObject({ written: true });
    expect(lost.splice(0)).toEqual(["UpdateItem", "UpdateItem"]);
    expect(await retrying.replace(id, "v2", "v3", completed(), 2 * HOUR_MS)).toMatchObject({ written: true });
    expect(lost.splice(0)).toHaveLength(2);
    expect(await retrying.get(id)).toMatchObject({ version: "v3" });
    lost.splice(0);
    expect(await retrying.remove(id, "v3")).toEqual({ written: true });
    expect(lost.splice(0)).toEqual(["DeleteItem", "DeleteItem"]);
    expect(await store.get(id)).toBeUndefined();
    own.destroy();
  });

  it("writes the parts of a large record once", async () => {
    const own = connect(testDynamoDBEndpoint(), { maxAttempts: 3 });
    const retrying = new DynamoDBStore(own, { table });
    const { id, version } = await given(store);
    const { lost } = loseReplies(own, 2);
    const large = completed(new Uint8Array(10_000));
    expect(await retrying.replace(id, version, "v2", large)).toMatchObject({ written: true });
    expect(lost).toHaveLength(2);
    expect(await keysOf(client, table, id)).toEqual([id, `${id}.0.v2`]);
    own.destroy();
  });

  it("is not taken for a success where somebody has written over it meanwhile", async () => {
    const own = connect(testDynamoDBEndpoint(), { maxAttempts: 2 });
    const { id, version } = await given(store);
    let first = true;
    around(own, async (_, send) => {
      const answer = await send();
      if (!first) return answer;
      first = false;
      await store.replace(id, "ours", "theirs", running());
      throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
    });
    const answer = await new DynamoDBStore(own, { table }).replace(id, version, "ours", completed());
    expect(answer).toMatchObject({ written: false, current: { version: "theirs" } });
    own.destroy();
  });
});

describe("a misconfiguration is told as one, with what to do", () => {
  it("a table that is missing", async () => {
    const lost = new DynamoDBStore(client, { table: "no-such-table" });
    const { id, version } = { id: freshId(), version: freshVersion() };
    for (const call of [
      () => lost.get(id),
      () => lost.create(id, version, running(), HOUR_MS),
      () => lost.replace(id, version, "v2", completed()),
      () => lost.remove(id, version),
    ]) {
      const fault = await call().catch((error: unknown) => error);
      expect(isOncekeyError(fault, "STORE_MISCONFIGURED")).toBe(true);
      expect(fault).toMatchObject({
        message: expect.stringMatching(/in no-such-table: ResourceNotFoundException: .*createTable\(\) makes it/),
        cause: { name: "ResourceNotFoundException" },
      });
    }
  });

  it("a table with another key", async () => {
    const other = `${table}-other`;
    await client.send(
      new CreateTableCommand({
        TableName: other,
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const astray = new DynamoDBStore(client, { table: other });
    await expect
      .poll(() => create(astray))
      .toMatchObject({
        code: "STORE_MISCONFIGURED",
        message: expect.stringMatching(/ValidationException: .* partition key/),
      });
  });

  it("a role that may not", async () => {
    const fault = await create(failing("AccessDeniedException").faulty);
    expect(isOncekeyError(fault, "STORE_MISCONFIGURED")).toBe(true);
    expect(fault).toMatchObject({ message: expect.stringMatching(/the role may not do this/) });
  });
});

describe("a fault is told as one, with its cause, and never as a verdict", () => {
  it.each(["ProvisionedThroughputExceededException", "ThrottlingException", "InternalServerError", "UnknownError"])(
    "%s, after which the engine may ask again",
    async (name) => {
      const fault = await create(failing(name).faulty);
      expect(isOncekeyError(fault)).toBe(false);
      expect(fault).toMatchObject({
        message: expect.stringMatching(new RegExp(`^DynamoDBStore create in ${table}: ${name}: `)),
        cause: { name },
      });
    },
  );

  it("says of a throttled request what is used up", async () => {
    const fault = await create(failing("ProvisionedThroughputExceededException").faulty);
    expect(fault).toMatchObject({ message: expect.stringMatching(/the table's capacity, or that of one of its part/) });
  });

  it("but a write that a transaction is in the way of is sent again, for nothing was done", async () => {
    const { faulty, refused } = failing("TransactionConflictException", 2);
    const { id, version } = await given(faulty);
    expect(refused).toEqual(["PutItem", "PutItem"]);
    expect(await store.get(id)).toMatchObject({ version });
    expect(await create(failing("TransactionConflictException").faulty)).toMatchObject({
      cause: { name: "TransactionConflictException" },
    });
  });

  it("what changes under every look is one in the end", async () => {
    // An endpoint that does not say what refused a write, and a neighbour who always writes between write and read.
    const own = connect();
    const { id, version } = await given(store);
    around(own, async (request, send) => {
      if (request === "GetItem") return send();
      throw Object.assign(new Error("The conditional request failed"), { name: "ConditionalCheckFailedException" });
    });
    const unlucky = new DynamoDBStore(own, { table }).replace(id, version, freshVersion(), completed());
    await expect(unlucky).rejects.toThrow(/has changed 50 times while it was looked at/);
    own.destroy();
  });
});

it("with the way to the table cut at a claim, and in the middle of a run, nothing runs twice and no result is lost", async () => {
  const way = await openWay(testDynamoDBEndpoint());
  const own = connect(way.url, { maxAttempts: 1 });
  try {
    const events: OncekeyEvent[] = [];
    const oncekey = createOncekey({
      store: new DynamoDBStore(own, { table }),
      policy: "at-most-once",
      claimTimeoutMs: 2_000,
      completionTimeoutMs: 500,
      on: (event) => events.push(event),
    });
    const runs: string[] = [];
    const run = (key: string, meanwhile = () => {}) =>
      oncekey.execute({ key, scope: "acct_1", fingerprint: "s1:outage" }, async () => {
        runs.push(key);
        meanwhile();
        return `result of ${key}`;
      });
    expect(await run("cut", () => way.cut())).toMatchObject({ outcome: "executed", stored: false });
    expect(await run("early")).toMatchObject({ outcome: "store-unavailable" });
    expect(runs).toEqual(["cut"]);
    way.heal();
    await expect
      .poll(() => events, { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ type: "completed", late: true }));
    expect(await run("cut")).toMatchObject({ outcome: "replayed", value: "result of cut" });
    expect(await run("early")).toMatchObject({ outcome: "executed", stored: true });
    expect(runs).toEqual(["cut", "early"]);
    expect(await oncekey.close()).toEqual({ unfinished: 0 });
  } finally {
    own.destroy();
    await way.close();
  }
});
