import { Buffer } from "node:buffer";
import type { HeaderLines, Incoming } from "@oncekey/http";
import type { HttpEvent, Invocation } from "./types.js";

/** How a result has to look for the event that it answers. */
export type Format = "1.0" | "2.0" | "single-value";

/** Of 2.0, by its version; of an ALB without multi-value headers, by what it lacks; of 1.0 otherwise. */
export function formatOf({ version, multiValueHeaders, requestContext = {} }: HttpEvent): Format {
  if (version === "2.0") return "2.0";
  return "elb" in requestContext && (multiValueHeaders ?? undefined) === undefined ? "single-value" : "1.0";
}

/** The method of an HTTP event. */
export function methodOf({ httpMethod, requestContext = {} }: HttpEvent): string {
  const http: unknown = "http" in requestContext ? requestContext.http : undefined;
  const method = typeof http === "object" && http !== null && "method" in http ? http.method : httpMethod;
  if (typeof method === "string") return method;
  throw new TypeError(
    "the event is no HTTP request of API Gateway, a function URL or an ALB; use idempotentHandler or idempotentBatch",
  );
}

/** An event, as the guard asks about it. */
export function incomingOf<Event extends HttpEvent, Context>(
  invocation: Invocation<Event, Context>,
): Incoming<Invocation<Event, Context>> {
  const { event } = invocation;
  return {
    request: invocation,
    method: methodOf(event),
    target: targetOf(event),
    lines: (name) => linesOf(event, name),
    readBody: () => bodyOf(event),
  };
}

function bodyOf({ body, isBase64Encoded }: HttpEvent): Buffer | undefined {
  return body === undefined || body === null ? undefined : bytesOf(body, isBase64Encoded);
}

/** The bytes of an event's body, or of a result's. */
export function bytesOf(body: string, isBase64Encoded: unknown): Buffer {
  return Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
}

function linesOf({ headers, multiValueHeaders }: HttpEvent, name: string): HeaderLines {
  const all = multiValueHeaders ?? headers ?? {};
  // Most gateways write names as we ask for them.
  return all[name] ?? all[Object.keys(all).find((given) => given.toLowerCase() === name) ?? name];
}

function targetOf(event: HttpEvent): string {
  const { path = "/", rawPath, rawQueryString, requestContext = {} } = event;
  // A path that was decoded on its way may hold what would begin a query.
  const resource = (rawPath ?? path).replaceAll("?", "%3F");
  // An ALB hands parameters on as they came; API Gateway has decoded them.
  const query = rawQueryString ?? queryOf(event, "elb" in requestContext ? (text) => text : encodeURIComponent);
  return query === "" ? resource : `${resource}?${query}`;
}

/** The query again from its parameters. In which order different names came is lost, so they are put in one. */
function queryOf(event: HttpEvent, encode: (text: string) => string): string {
  const { multiValueQueryStringParameters, queryStringParameters } = event;
  return Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, values = []]) => [values].flat().map((value) => `${encode(name)}=${encode(value)}`))
    .join("&");
}
