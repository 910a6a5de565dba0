import { DescribeTableCommand, DescribeTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { isOncekeyError } from "@oncekey/core";
import { afterAll, describe, expect, it } from "vitest";
import { around, connect, freshId, given, isDynamoDBProper } from "../test/harness.js";
import { createTable, DynamoDBStore, tableDefinition } from "./index.js";

const client = connect();
afterAll(() => client.destroy());
/** dynalite does not know the call that turns the time to live on, so nothing is ever deleted there. */
const timeToLive = (await isDynamoDBProper(client)) ? "enabled" : "unsupported";

function freshTable(): string {
  return `oncekey_${freshId()}`;
}

describe("createTable", () => {
  it("makes the table as its definition says, active, with its time to live where the endpoint has one", async () => {
    const options = { table: freshTable(), attributes: { id: "pk", ttl: "delete_after" } };
    expect(await createTable(client, options)).toEqual({ created: true, timeToLive });
    const { TableName } = tableDefinition(options).table;
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: "ACTIVE",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual(
      timeToLive === "enabled"
        ? { TimeToLiveStatus: "ENABLED", AttributeName: "delete_after" }
        : { TimeToLiveStatus: "DISABLED" },
    );
    await given(new DynamoDBStore(client, options));
  });

  it("does nothing the second time", async () => {
    const options = { table: freshTable() };
    await createTable(client, options);
    const store = new DynamoDBStore(client, options);
    const { id, version } = await given(store);
    expect(await createTable(client, options)).toEqual({ created: false, timeToLive });
    expect(await store.get(id)).toMatchObject({ version });
  });

  it("may run several times at once", async () => {
    const options = { table: freshTable() };
    const all = await Promise.all(Array.from({ length: 4 }, () => createTable(client, options)));
    expect(all.map((creation) => creation.timeToLive)).toEqual(Array(4).fill(timeToLive));
    expect(all.filter(({ created }) => created)).toHaveLength(1);
  });

  it("refuses a table that is there with another key", async () => {
    const table = freshTable();
    await createTable(client, { table, attributes: { id: "pk" } });
    const fault = await createTable(client, { table }).catch((error: unknown) => error);
    expect(isOncekeyError(fault, "STORE_MISCONFIGURED")).toBe(true);
    expect(fault).toMatchObject({ message: expect.stringMatching(/is there, with the key .*"pk".*give another name/) });
  });

  it("does not take a fault for a table that is there", async () => {
    const own = connect();
    around(own, async () => {
      throw Object.assign(new Error("not allowed"), { name: "AccessDeniedException" });
    });
    const fault = await createTable(own, { table: "keys" }).catch((error: unknown) => error);
    expect(isOncekeyError(fault, "STORE_MISCONFIGURED")).toBe(true);
    own.destroy();
  });
});
