import { afterEach, describe, expect, it } from "vitest";
import { type DynamoDBServer, startDynamoDB } from "./dynamodb.js";

const started: DynamoDBServer[] = [];

async function start(): Promise<DynamoDBServer> {
  const server = await startDynamoDB();
  started.push(server);
  return server;
}

/** The names of its tables, as the answer to a request that is signed only in appearance. */
async function ask({ endpoint }: DynamoDBServer, operation: string, body: object): Promise<unknown> {
  const credential = "Credential=none/20260101/us-east-1/dynamodb/aws4_request";
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${operation}`,
      "x-amz-date": "20260101T000000Z",
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
  });
  return answer.json();
}

const table = {
  TableName: "mine",
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
};

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

describe("startDynamoDB", () => {
  it("starts servers that are strangers to each other", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await ask(first, "CreateTable", table);
    expect(await ask(first, "ListTables", {})).toEqual({ TableNames: ["mine"] });
    expect(await ask(second, "ListTables", {})).toEqual({ TableNames: [] });
  });

  it("stops for good, twice without harm", async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    await expect(fetch(server.endpoint)).rejects.toThrow();
  });
});
