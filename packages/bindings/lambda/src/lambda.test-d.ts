import { type Attempt, createOncekey, MemoryStore } from "@oncekey/core";
import type { HttpAttempt } from "@oncekey/http";
import type {
  ALBEvent,
  ALBHandler,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  Context,
  EventBridgeEvent,
  Handler,
  LambdaFunctionURLHandler,
  SQSHandler,
  SQSRecord,
} from "aws-lambda";
import { expectTypeOf } from "vitest";
import { idempotency, idempotentBatch, idempotentHandler } from "./index.js";

const store = new MemoryStore();
const idem = idempotency({ store, scope: ({ event }) => event.headers?.["x-api-key"] });

// The events and contexts of @types/aws-lambda fit, and what comes out is a handler of theirs.
export const rest: APIGatewayProxyHandler = idem(async (event: APIGatewayProxyEvent, context: Context, attempt) => {
  expectTypeOf(attempt).toEqualTypeOf<HttpAttempt | undefined>();
  return { statusCode: 201, body: event.path + context.functionName };
});
export const http: APIGatewayProxyHandlerV2 = idem(async (event: APIGatewayProxyEventV2, _context: Context) => ({
  statusCode: 201,
  cookies: ["a=1"],
  body: event.rawPath,
}));
export const url: LambdaFunctionURLHandler = idem((_event: APIGatewayProxyEventV2, _context: Context) => "done");
export const balancer: ALBHandler = idem((event: ALBEvent, _context: Context) => ({
  statusCode: 201,
  body: event.path,
}));

// The scope may be named from one kind of event.
const authorised = idempotency<APIGatewayProxyEvent>({
  store,
  scope: ({ event }) => event.requestContext.authorizer?.["principalId"],
});
authorised.with({ policy: "at-most-once" })((_event: APIGatewayProxyEvent, _context: Context) => ({ statusCode: 200 }));
idempotency({ oncekey: createOncekey({ store }), scope: "global", settleWithinMs: 1_000 });

type Order = EventBridgeEvent<"order", { readonly amount: number }>;
export const job: Handler<Order, number> = idempotentHandler(
  ({ detail }: Order, _context: Context, attempt) => {
    expectTypeOf(attempt).toEqualTypeOf<Attempt>();
    return detail.amount;
  },
  { store, scope: "orders", key: ({ id }) => id, payload: ({ detail }) => detail },
);
export const queue: SQSHandler = idempotentBatch(
  async (record: SQSRecord, context: Context) => void [record.attributes.MessageGroupId, context.awsRequestId],
  { store, scope: "jobs", key: ({ messageAttributes }) => messageAttributes["key"]?.stringValue ?? "" },
);

// @ts-expect-error: whose keys they are has to be said
idempotency({ store });
// @ts-expect-error: no such option
idempotency({ store, scope: "global", ttl: 1 });
// @ts-expect-error: no such policy
idem.with({ policy: "exactly-once" });
// @ts-expect-error: which operation it is has to be said
idempotentHandler(() => 1, { store, scope: "global" });
// @ts-expect-error: without a store there is nothing to remember keys in
idempotentBatch(() => 1, { scope: "global" });
