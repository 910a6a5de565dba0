// The README's table for other tools, and its policy, are what the package does.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DynamoDBStore, tableDefinition } from "../src/index.js";
import { completed, connect, freshId, HOUR_MS, openTable, requestsOf, running } from "./harness.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const { table, timeToLive } = tableDefinition();

function block(language: string): string {
  const [, text] = readme.split(`\`\`\`${language}\n`);
  return text?.split("```")[0] ?? "";
}

/** The settings of a Terraform file, by block and name; enough for a file without expressions. */
function terraform(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  const open: string[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    const [, name, value] = /^(\w+)\s*= "?(.*?)"?$/.exec(line) ?? [];
    if (name !== undefined) settings[`${open.at(-1)}.${name}`] = value ?? "";
    else if (line.endsWith("{")) open.push(line.split(" ")[0] ?? "");
    else if (line === "}") open.pop();
  }
  return settings;
}

describe("the README", () => {
  it("has the table for CloudFormation", () => {
    const { Type, Properties } = parse(block("yaml")).Resources.OncekeyRecords;
    expect(Type).toBe("AWS::DynamoDB::Table");
    expect(Properties).toEqual({ ...table, TimeToLiveSpecification: timeToLive });
  });

  it("has the table for Terraform", () => {
    const { AttributeName, AttributeType } = table.AttributeDefinitions?.[0] ?? {};
    expect(terraform(block("hcl"))).toEqual({
      "resource.name": table.TableName,
      "resource.billing_mode": table.BillingMode,
      "resource.hash_key": table.KeySchema?.[0]?.AttributeName,
      "attribute.name": AttributeName,
      "attribute.type": AttributeType,
      "ttl.attribute_name": timeToLive.AttributeName,
      "ttl.enabled": String(timeToLive.Enabled),
    });
  });

  it("has a policy for all that the store sends, and no more", async () => {
    const { table: used } = await openTable();
    const client = connect();
    const requests = requestsOf(client);
    const store = new DynamoDBStore(client, { table: used });
    const id = freshId();
    await store.create(id, "v1", running(), HOUR_MS);
    await store.replace(id, "v1", "v2", completed(new Uint8Array(10_000)), 2 * HOUR_MS);
    await store.get(id);
    await store.remove(id, "v2");
    const { Action } = JSON.parse(block("json")).Statement[0];
    expect(new Set(requests.map((name) => `dynamodb:${name}`))).toEqual(new Set(Action));
    client.destroy();
  });
});
