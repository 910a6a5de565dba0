import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { CachePersistenceLayer } from "@aws-lambda-powertools/idempotency/cache";
import { idempotency } from "@oncekey/lambda";
import { createClient } from "@redis/client";
import { RETENTION_MS } from "../../stores/payload.js";
import type { Contender, Framework } from "../contender.js";
import { type App, byHand, oncekey, serving, unprotected } from "../contenders.js";
import { ACCOUNT, ACCOUNT_HEADER, bodyText, JSON_TYPE, KEY_HEADER, PATH } from "../request.js";

const REMAINING_MS = 600_000;
const context = { getRemainingTimeInMillis: () => REMAINING_MS };

export const lambda: Framework = {
  name: "lambda",
  title: "Lambda, called directly with events of payload format 2.0",
  atOnce: 1,
  notes: [
    "One event at a time, as an instance of a function is given them; the events are made in the same process, which the processor time holds.",
    "Powertools' cache layer does not keep the hash of the payload when it completes, so a replay with payload validation fails: it runs without.",
  ],
  contenders: [
    unprotected(async (charge) => invoked(async (event) => result(201, JSON.stringify(charge(orderOf(event)))))),
    ...byHand(async (once, charge) =>
      invoked(async (event) => {
        const order = orderOf(event);
        const { status, body } = await once(askedOf(event, order), () => charge(order));
        return result(status, body);
      }),
    ),
    ...oncekey(async (options, charge) => {
      const idem = idempotency({ ...options, scope: ({ event }) => event.headers?.[ACCOUNT_HEADER] });
      const handler = idem(async (event: Event) => result(201, JSON.stringify(charge(orderOf(event)))));
      return invoked((event) => handler(event, context));
    }),
    powertools(),
  ],
};

function powertools(): Contender {
  return {
    name: "Powertools",
    role: "peer",
    serve: async ({ redisUrl, charge }) => {
      const client = createClient({ url: redisUrl });
      client.on("error", () => {}); // what breaks with the server breaks the request too
      await client.connect();
      const config = new IdempotencyConfig({
        eventKeyJmesPath: `headers."${KEY_HEADER}"`,
        expiresAfterSeconds: RETENTION_MS / 1_000,
      });
      config.registerLambdaContext(Object.assign(Object.create(null), context));
      const handler = async (event: Event) => result(201, JSON.stringify(charge(orderOf(event))));
      const once = makeIdempotent(handler, { persistenceStore: new CachePersistenceLayer({ client }), config });
      return serving(Promise.resolve(invoked((event) => once(event))), async () => client.destroy());
    },
  };
}

type Event = ReturnType<typeof eventOf>;

interface Result {
  readonly statusCode: number;
  readonly body: string;
}

function invoked(handler: (event: Event) => Promise<Result>): App {
  return {
    invoke: async (key) => {
      const { statusCode, body } = await handler(eventOf(key));
      if (statusCode !== 201) throw new Error(`The function answered ${statusCode}: ${body}`);
      return body;
    },
    close: async () => {},
  };
}

/** What a function URL is given. */
function eventOf(key: string) {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: PATH,
    rawQueryString: "",
    headers: {
      "content-type": "application/json",
      host: "abcdefghij.lambda-url.eu-west-1.on.aws",
      [ACCOUNT_HEADER]: ACCOUNT,
      [KEY_HEADER]: key,
    },
    requestContext: { http: { method: "POST", path: PATH, protocol: "HTTP/1.1", sourceIp: "127.0.0.1" } },
    body: bodyText,
    isBase64Encoded: false,
  };
}

function result(statusCode: number, body: string) {
  return { statusCode, headers: { "content-type": JSON_TYPE }, body };
}

function orderOf(event: Event): unknown {
  return JSON.parse(event.body);
}

function askedOf(event: Event, order: unknown) {
  return {
    account: event.headers[ACCOUNT_HEADER] ?? "",
    key: event.headers[KEY_HEADER] ?? "",
    method: event.requestContext.http.method,
    path: event.rawPath,
    order,
    text: () => event.body,
  };
}
