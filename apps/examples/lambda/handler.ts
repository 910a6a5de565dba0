import { MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/lambda";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

const charges: { id: string; amount: number }[] = []; // stands for your database

const once = idempotency({
  store: new MemoryStore(), // for tests; in AWS a database, such as DynamoDBStore of @oncekey/dynamodb
  scope: ({ event }) => event.headers?.["x-account"], // the caller, as your authoriser knows it
});

export const handler = once(async (event: APIGatewayProxyEventV2) => {
  const { amount } = JSON.parse(event.body ?? "{}");
  const charge = { id: `ch_${charges.length + 1}`, amount };
  charges.push(charge);
  return { statusCode: 201, headers: { "content-type": "application/json" }, body: JSON.stringify(charge) };
});
