import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { RunningBinding } from "@oncekey/conformance";
import type { HttpEvent, InvocationContext } from "../src/index.js";

/** What a function behind a gateway answers, in every format. */
export interface GatewayResult {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, boolean | number | string>> | undefined;
  readonly multiValueHeaders?: Readonly<Record<string, readonly (boolean | number | string)[]>> | undefined;
  readonly cookies?: readonly string[] | undefined;
  readonly body?: string | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

export type LambdaFunction = (event: HttpEvent, context: InvocationContext) => Promise<unknown>;

/** How a gateway of AWS turns a request into an event. */
export type ToEvent = (req: IncomingMessage, body: Buffer) => HttpEvent;

const text = /^(text\/|application\/(json|x-www-form-urlencoded))/;

function bodyOf({ headers }: IncomingMessage, body: Buffer): Pick<HttpEvent, "body" | "isBase64Encoded"> {
  if (body.byteLength === 0) return { body: null, isBase64Encoded: false };
  const asText = headers["content-encoding"] === undefined && text.test(headers["content-type"] ?? "");
  if (asText && Buffer.from(body.toString()).equals(body)) return { body: body.toString(), isBase64Encoded: false };
  return { body: body.toString("base64"), isBase64Encoded: true };
}

/** Header lines by name, as they were written. */
function lists({ rawHeaders }: IncomingMessage, rename: (name: string) => string): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rename(rawHeaders[index] ?? "");
    all[name] = [...(all[name] ?? []), rawHeaders[index + 1] ?? ""];
  }
  return all;
}

function mapped<Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function query(url: string, decode: (text: string) => string): Record<string, string[]> | null {
  const mark = url.indexOf("?");
  if (mark < 0) return null;
  const all: Record<string, string[]> = {};
  for (const pair of url.slice(mark + 1).split("&")) {
    const [name = "", ...rest] = pair.split("=");
    const key = decode(name);
    all[key] = [...(all[key] ?? []), decode(rest.join("="))];
  }
  return all;
}

const pathOf = (url: string) => url.split("?", 1).join("");
const last = (values: readonly string[]) => values.at(-1) ?? "";
const asIs = (value: string) => value;
const titleCase = (name: string) => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());

/** The gateways of AWS, by their payload. */
export const gateways = {
  "REST API, payload 1.0": (req, body) => {
    const headers = lists(req, titleCase);
    const parameters = query(req.url ?? "/", decodeURIComponent);
    return {
      httpMethod: req.method ?? "",
      path: pathOf(req.url ?? "/"),
      headers: mapped(headers, last),
      multiValueHeaders: headers,
      queryStringParameters: parameters && mapped(parameters, last),
      multiValueQueryStringParameters: parameters,
      requestContext: { stage: "test", identity: {} },
      ...bodyOf(req, body),
    };
  },
  "HTTP API or function URL, payload 2.0": (req, body) => {
    const url = req.url ?? "/";
    const { cookie = [], ...headers } = lists(req, (name) => name.toLowerCase());
    return {
      version: "2.0",
      rawPath: pathOf(url),
      rawQueryString: url.includes("?") ? url.slice(url.indexOf("?") + 1) : "",
      cookies: cookie,
      headers: mapped(headers, (values) => values.join(",")),
      requestContext: { http: { method: req.method ?? "" } },
      ...bodyOf(req, body),
    };
  },
  ALB: (req, body) => {
    const parameters = query(req.url ?? "/", asIs);
    return {
      httpMethod: req.method ?? "",
      path: pathOf(req.url ?? "/"),
      headers: mapped(
        lists(req, (name) => name.toLowerCase()),
        last,
      ),
      queryStringParameters: mapped(parameters ?? {}, last),
      requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:test" } },
      ...bodyOf(req, body),
    };
  },
  "ALB, multi-value headers": (req, body) => ({
    httpMethod: req.method ?? "",
    path: pathOf(req.url ?? "/"),
    multiValueHeaders: lists(req, (name) => name.toLowerCase()),
    multiValueQueryStringParameters: query(req.url ?? "/", asIs) ?? {},
    requestContext: { elb: { targetGroupArn: "arn:aws:elasticloadbalancing:test" } },
    ...bodyOf(req, body),
  }),
} as const satisfies Record<string, ToEvent>;

/** A gateway of this format on a free port, in front of a function that runs in this process. */
export async function serve(toEvent: ToEvent, lambda: LambdaFunction, timeoutMs = 30_000): Promise<RunningBinding> {
  const server = createServer((req, res) => {
    invoke(toEvent, lambda, req, timeoutMs)
      .then((result) => send(res, result))
      // What every gateway says of a function that failed; why is in the function's log.
      .catch(() => send(res, { statusCode: 500, body: '{"message":"Internal Server Error"}' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function invoke(toEvent: ToEvent, lambda: LambdaFunction, req: IncomingMessage, timeoutMs: number) {
  const event: HttpEvent = JSON.parse(JSON.stringify(toEvent(req, await buffer(req))));
  const endMs = performance.now() + timeoutMs;
  const result = await lambda(event, { getRemainingTimeInMillis: () => endMs - performance.now() });
  // What a function answers leaves it as JSON.
  return inferred(JSON.parse(JSON.stringify(result ?? null)), event.version === "2.0");
}

function inferred(result: GatewayResult | string | null, mayInfer: boolean): GatewayResult {
  if (typeof result === "object" && result?.statusCode !== undefined) return result;
  if (!mayInfer) throw new Error("malformed Lambda proxy response");
  const body = typeof result === "string" ? result : JSON.stringify(result);
  return { statusCode: 200, headers: { "content-type": "application/json" }, body };
}

function send(res: ServerResponse, result: GatewayResult): void {
  const { statusCode = 200, headers = {}, multiValueHeaders = {}, cookies = [], body = "", isBase64Encoded } = result;
  const bytes = Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, String(value));
  for (const [name, values] of Object.entries(multiValueHeaders)) res.setHeader(name, values.map(String));
  if (cookies.length > 0) res.setHeader("set-cookie", cookies);
  if (bytes.byteLength > 0) res.setHeader("content-length", bytes.byteLength);
  res.writeHead(statusCode).end(bytes);
}
