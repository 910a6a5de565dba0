import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { createTable, DynamoDBStore, DynamoDBTransaction, tableDefinition } from "./index.js";

const client = new DynamoDBClient({ region: "us-east-1" });

describe("options", () => {
  it.each<[Record<string, unknown>, RegExp]>([
    [{ tabel: "keys" }, /DynamoDBStore tabel: no such option; there are table, attributes, skewMarginMs/],
    [{ table: "" }, /DynamoDBStore table: "" is no name of a table/],
    [{ table: "a b c" }, /DynamoDBStore table: "a b c" is no name of a table; it has 3 to 255 letters/],
    [{ table: 7 }, /DynamoDBStore table: 7 is no name/],
    [{ attributes: null }, /DynamoDBStore attributes: expected an object of names, got null/],
    [{ attributes: { pk: "id" } }, /DynamoDBStore attributes.pk: no such attribute; there are id, version/],
    [{ attributes: { id: "" } }, /DynamoDBStore attributes.id: "" is no name of 1 to 255 bytes/],
    [{ attributes: { id: "ü".repeat(128) } }, /DynamoDBStore attributes.id: .* is no name of 1 to 255 bytes/],
    [{ attributes: { id: "ttl" } }, /DynamoDBStore attributes: two are called "ttl"/],
    [{ skewMarginMs: 0 }, /DynamoDBStore skewMarginMs: 0 is not a whole number from 1 to 86400000/],
    [{ skewMarginMs: 1.5 }, /DynamoDBStore skewMarginMs: 1.5 is not a whole number/],
    [{ inlineMaxBytes: -1 }, /DynamoDBStore inlineMaxBytes: -1 is not a whole number from 0 to 393216/],
    [{ inlineMaxBytes: 400_000 }, /DynamoDBStore inlineMaxBytes: 400000 is not a whole number/],
    [{ readFirst: "yes" }, /DynamoDBStore readFirst: yes is not true or false/],
    [{ durability: "safe" }, /DynamoDBStore durability: safe is not one of memory, process, server, replicated/],
    [{ durability: "toString" }, /DynamoDBStore durability: toString is not one of/],
    [{ onCapacity: true }, /DynamoDBStore onCapacity: expected a function/],
    [{ nowMs: 7 }, /DynamoDBStore nowMs: expected a function/],
  ])("%j is refused", (options, message) => {
    expect(() => Reflect.construct(DynamoDBStore, [client, options])).toThrow(message);
    expect(() => Reflect.construct(DynamoDBStore, [client, options])).toThrow(TypeError);
  });

  it("are an object", () => {
    expect(() => Reflect.construct(DynamoDBStore, [client, "keys"])).toThrow(
      /DynamoDBStore options: expected an object/,
    );
  });

  it("have defaults, which the capabilities tell", () => {
    expect(new DynamoDBStore(client).capabilities).toEqual({
      clock: "caller",
      resolutionMs: 1,
      skewMarginMs: 2_000,
      maxRecordBytes: 4 * 1024 * 1024,
      durability: "replicated",
      concurrent: true,
      transactional: true,
      list: false,
      sweep: false,
    });
    const told = new DynamoDBStore(client, { skewMarginMs: 300, durability: "memory" }).capabilities;
    expect(told).toMatchObject({ skewMarginMs: 300, durability: "memory" });
  });

  it("take the ARN of a table", () => {
    const table = "arn:aws:dynamodb:eu-central-1:123456789012:table/keys";
    expect(tableDefinition({ table }).table.TableName).toBe(table);
  });

  it("of createTable and tableDefinition are the store's, and a misspelt one is refused", async () => {
    const options = { table: "keys", skewMarginMs: 7 };
    expect(tableDefinition(options).table.TableName).toBe("keys");
    expect(() => Reflect.apply(tableDefinition, undefined, [{ tabel: "keys" }])).toThrow(
      /tableDefinition tabel: no such/,
    );
    await expect(Reflect.apply(createTable, undefined, [client, { table: "" }])).rejects.toThrow(
      /table: "" is no name/,
    );
  });
});

describe("the client", () => {
  it.each([
    [
      "its configuration",
      { region: "us-east-1" },
      /DynamoDBStore client: expected an object with a send method.* object/,
    ],
    ["nothing", undefined, /got undefined/],
    ["null", null, /got null/],
    [
      "another service's",
      { send: () => {}, config: { serviceId: "S3" } },
      /this one is for S3; expected a DynamoDBClient/,
    ],
  ])("is refused where it is %s", (_, given, message) => {
    expect(() => Reflect.construct(DynamoDBStore, [given])).toThrow(message);
  });

  it("is refused by what else takes one", async () => {
    expect(() => Reflect.construct(DynamoDBTransaction, [{}])).toThrow(/DynamoDBTransaction client: expected/);
    await expect(Reflect.apply(createTable, undefined, [{}])).rejects.toThrow(/createTable client: expected/);
  });

  it("is no transaction", () => {
    const store = new DynamoDBStore(client);
    expect(() => Reflect.apply(store.within, store, [client])).toThrow(/within: expected a DynamoDBTransaction/);
  });
});
