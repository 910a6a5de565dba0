import { byHand, createGuard, oncekey, serving, unprotected } from "./chunk-BNMYRHDE.js";
import "./chunk-CTAJ23BL.js";

// src/http/frameworks/lambda.ts
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { CachePersistenceLayer } from "@aws-lambda-powertools/idempotency/cache";
// ../../packages/bindings/lambda/src/event.ts
import { Buffer } from "buffer";
import { ACCOUNT, ACCOUNT_HEADER, bodyText, JSON_TYPE, KEY_HEADER, PATH, RETENTION_MS } from "./chunk-4RZPWTC5.js";

function formatOf({ version, multiValueHeaders, requestContext = {} }) {
  if (version === "2.0") return "2.0";
  return "elb" in requestContext && (multiValueHeaders ?? void 0) === void 0 ? "single-value" : "1.0";
}
function methodOf({ httpMethod, requestContext = {} }) {
  const http = "http" in requestContext ? requestContext.http : void 0;
  const method = typeof http === "object" && http !== null && "method" in http ? http.method : httpMethod;
  if (typeof method === "string") return method;
  throw new TypeError(
    "the event is no HTTP request of API Gateway, a function URL or an ALB; use idempotentHandler or idempotentBatch",
  );
}
function incomingOf(invocation) {
  const { event } = invocation;
  return {
    request: invocation,
    method: methodOf(event),
    target: targetOf(event),
    lines: (name) => linesOf(event, name),
    readBody: () => bytesOf(event),
  };
}
function bytesOf({ body, isBase64Encoded }) {
  if (body === void 0 || body === null) return void 0;
  return Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
}
function linesOf({ headers, multiValueHeaders }, name) {
  const all = multiValueHeaders ?? headers ?? {};
  return Object.entries(all).find(([given]) => given.toLowerCase() === name)?.[1];
}
function targetOf(event) {
  const { path = "/", rawPath, rawQueryString, requestContext = {} } = event;
  const resource = (rawPath ?? path).replaceAll("?", "%3F");
  const query = rawQueryString ?? queryOf(event, "elb" in requestContext ? (text) => text : encodeURIComponent);
  return query === "" ? resource : `${resource}?${query}`;
}
function queryOf(event, encode) {
  const { multiValueQueryStringParameters, queryStringParameters } = event;
  return Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, values = []]) => [values].flat().map((value) => `${encode(name)}=${encode(value)}`))
    .join("&");
}

// ../../packages/bindings/lambda/src/result.ts
import { Buffer as Buffer2 } from "buffer";

var setCookie = "set-cookie";
var strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
function captureResult(result2, format, maxBytes) {
  if (typeof result2 !== "object" || result2 === null || !("statusCode" in result2)) {
    if (format === "2.0") return captured(200, [["content-type", "application/json"]], inferredBody(result2), maxBytes);
    throw new TypeError(
      `the handler answered ${String(result2)}; a result for this event is an object with a statusCode`,
    );
  }
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = result2;
  const status = Number(statusCode);
  if (!Number.isInteger(status)) {
    throw new TypeError(`the handler answered with the statusCode ${String(statusCode)}; it has to be a whole number`);
  }
  const lines = [...linesOf2(headers, multiValueHeaders), ...listed(cookies).map((each) => [setCookie, each])];
  const text = typeof body === "string" ? body : "";
  return captured(status, lines, bytesOf({ body: text, isBase64Encoded: isBase64Encoded === true }) ?? none, maxBytes);
}
var none = new Uint8Array(0);
function captured(status, headers, body, maxBytes) {
  return { status, headers, body: body.byteLength > maxBytes ? void 0 : body };
}
function inferredBody(result2) {
  return Buffer2.from(typeof result2 === "string" ? result2 : (JSON.stringify(result2) ?? "null"));
}
function linesOf2(single, multiple) {
  const lists = Object.entries(multiple ?? {});
  const listedNames = new Set(lists.map(([name]) => name.toLowerCase()));
  const others = Object.entries(single ?? {}).filter(([name]) => !listedNames.has(name.toLowerCase()));
  return [...others, ...lists].flatMap(([name, value]) => listed(value).map((each) => [name, each]));
}
function listed(value) {
  return [value ?? []].flat().map(String);
}
function resultOf({ status, headers, body }, format) {
  return { statusCode: status, ...fieldsOf(headers, format), ...textOf(body) };
}
function fieldsOf(lines, format) {
  const lists = {};
  for (const [given, value] of lines) {
    const name = given.toLowerCase();
    lists[name] = [...(lists[name] ?? []), value];
  }
  if (format === "1.0") return { multiValueHeaders: lists };
  const { [setCookie]: cookies, ...others } = lists;
  const headers = {};
  for (const [name, list] of Object.entries(others)) headers[name] = list.join(", ");
  if (cookies === void 0) return { headers };
  return format === "2.0" ? { headers, cookies } : { headers: { ...headers, [setCookie]: cookies.at(-1) ?? "" } };
}
function textOf(body) {
  try {
    return { body: strictUtf8.decode(body), isBase64Encoded: false };
  } catch {
    return { body: Buffer2.from(body).toString("base64"), isBase64Encoded: true };
  }
}

// ../../packages/bindings/lambda/src/time-left.ts
var MARGIN_MS = 1e3;
var LEAST_MS = 3e3;
var MOST_MS = 15 * 6e4;
var RESERVE_MS = 250;
function leaseOf({ leaseMs = Infinity, maxExecutionMs = Infinity, retentionMs = Infinity }, context2) {
  const leftMs = context2.getRemainingTimeInMillis?.();
  if (leftMs === void 0) return {};
  const endMs = Math.max(LEAST_MS, Math.min(MOST_MS, Math.ceil(leftMs)) + MARGIN_MS);
  const longestMs = Math.min(endMs, maxExecutionMs, Math.floor(retentionMs / 2));
  return { leaseMs: Math.min(leaseMs, longestMs), maxExecutionMs: longestMs };
}
var SETTLE_WITHIN_MS = 5e3;
var Invocations = class {
  #idle;
  #settleWithinMs;
  #running = 0;
  constructor(idle, settleWithinMs) {
    if (!Number.isSafeInteger(settleWithinMs) || settleWithinMs < 0) {
      throw new TypeError(`settleWithinMs: ${String(settleWithinMs)} is not a whole number of milliseconds`);
    }
    this.#idle = idle;
    this.#settleWithinMs = settleWithinMs;
  }
  async run(context2, invocation) {
    this.#running += 1;
    try {
      return await invocation();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) await this.#settle(context2);
    }
  }
  async #settle(context2) {
    const leftMs = context2.getRemainingTimeInMillis?.() ?? Infinity;
    await this.#idle({ timeoutMs: Math.max(0, Math.min(this.#settleWithinMs, leftMs - RESERVE_MS)) });
  }
};

// ../../packages/bindings/lambda/src/idempotency.ts
function idempotency({ settleWithinMs = SETTLE_WITHIN_MS, ...options }) {
  const guard = createGuard(options);
  return protectorOf(guard, options, new Invocations(guard.idle.bind(guard), settleWithinMs));
}
function protectorOf(guard, options, invocations) {
  const protect = (handler) => async (event, context2) => {
    if (!guard.covers(methodOf(event))) return await handler(event, context2, void 0);
    const leased = guard.with(leaseOf(options, context2));
    return await invocations.run(context2, () => answer(leased, handler, { event, context: context2 }));
  };
  return Object.assign(protect, {
    with: (more) => protectorOf(guard.with(more), { ...options, ...more }, invocations),
    close: guard.close.bind(guard),
  });
}
async function answer(guard, handler, { event, context: context2 }) {
  const format = formatOf(event);
  let made;
  const handled = await guard.handle(incomingOf({ event, context: context2 }), async (attempt) => {
    made = { result: await handler(event, context2, attempt) };
    return captureResult(made.result, format, guard.maxResponseBytes);
  });
  const instead = handled.kind === "answer" ? handled.response : handled.kind === "threw" ? handled.answer : void 0;
  if (instead !== void 0) return resultOf(instead, format);
  if (handled.kind === "threw") throw handled.error;
  return made === void 0 ? await handler(event, context2, void 0) : made.result;
}

// src/http/frameworks/lambda.ts
import { createClient } from "@redis/client";

var REMAINING_MS = 6e5;
var context = { getRemainingTimeInMillis: () => REMAINING_MS };
var lambda = {
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
    oncekey("Oncekey", async (options, charge) => {
      const idem = idempotency({ ...options, scope: ({ event }) => event.headers?.[ACCOUNT_HEADER] });
      const handler = idem(async (event) => result(201, JSON.stringify(charge(orderOf(event)))));
      return invoked((event) => handler(event, context));
    }),
    powertools(),
  ],
};
function powertools() {
  return {
    name: "Powertools",
    role: "peer",
    serve: async ({ redisUrl, charge }) => {
      const client = createClient({ url: redisUrl });
      client.on("error", () => {});
      await client.connect();
      const config = new IdempotencyConfig({
        eventKeyJmesPath: `headers."${KEY_HEADER}"`,
        expiresAfterSeconds: RETENTION_MS / 1e3,
      });
      config.registerLambdaContext(Object.assign(/* @__PURE__ */ Object.create(null), context));
      const handler = async (event) => result(201, JSON.stringify(charge(orderOf(event))));
      const once = makeIdempotent(handler, { persistenceStore: new CachePersistenceLayer({ client }), config });
      return serving(Promise.resolve(invoked((event) => once(event))), async () => client.destroy());
    },
  };
}
function invoked(handler) {
  return {
    invoke: async (key) => {
      const { statusCode, body } = await handler(eventOf(key));
      if (statusCode !== 201) throw new Error(`The function answered ${statusCode}: ${body}`);
      return body;
    },
    close: async () => {},
  };
}
function eventOf(key) {
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
function result(statusCode, body) {
  return { statusCode, headers: { "content-type": JSON_TYPE }, body };
}
function orderOf(event) {
  return JSON.parse(event.body);
}
function askedOf(event, order) {
  return {
    account: event.headers[ACCOUNT_HEADER] ?? "",
    key: event.headers[KEY_HEADER] ?? "",
    method: event.requestContext.http.method,
    path: event.rawPath,
    order,
    text: () => event.body,
  };
}

export { lambda };
