import { gzipSync } from "node:zlib";
import type { Answer, Scenario, ScriptedApp } from "@oncekey/conformance";
import type { IdempotencyStore } from "@oncekey/core";
import { bytesOf } from "../src/event.js";
import { type HttpEvent, idempotency } from "../src/index.js";
import type { GatewayResult, LambdaFunction } from "./gateway.js";

/** How a handler puts its header lines into a result of its format. */
export type Fields = (lines: readonly (readonly [name: string, value: string])[]) => GatewayResult;

/** The scripted app as one function that routes by itself. */
export function scripted(script: ScriptedApp, store: IdempotencyStore, fields: Fields): LambdaFunction {
  const idem = idempotency({
    store: script.store(store),
    // The suite holds writes to the store, and no process is frozen here.
    settleWithinMs: 0,
    scope: ({ event }) => script.scope((name) => headerOf(event, name)),
  });
  script.onShutdown(() => idem.close());
  const routes = new Map(
    script.scenarios.map((scenario): [string, LambdaFunction] => {
      const route = idem.with(scenario.options)((event: HttpEvent) => handle(script, scenario, event, fields));
      return [`/scenario/${scenario.name}`, route];
    }),
  );
  return async (event, context) => {
    const path = event.rawPath ?? event.path ?? "";
    const route = routes.get(path);
    if (route !== undefined) return route(event, context);
    const token = event.rawQueryString ?? new URLSearchParams(parametersOf(event)).toString();
    const { status, json } = script.control(
      "httpMethod" in event ? (event.httpMethod ?? "") : methodOf(event),
      `${path}?${token}`,
    );
    return { statusCode: status, headers: { "content-type": "application/json" }, body: JSON.stringify(json) };
  };
}

function methodOf({ requestContext = {} }: HttpEvent): string {
  const http: unknown = Reflect.get(requestContext, "http");
  return typeof http === "object" && http !== null ? String(Reflect.get(http, "method")) : "";
}

function parametersOf({ multiValueQueryStringParameters, queryStringParameters }: HttpEvent): [string, string][] {
  return Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {}).map(([name, value]) => [
    name,
    String(value),
  ]);
}

function headerOf({ headers, multiValueHeaders }: HttpEvent, name: string): string | undefined {
  const found = Object.entries(multiValueHeaders ?? headers ?? {}).find(([given]) => given.toLowerCase() === name);
  return found === undefined ? undefined : String(found[1]);
}

// Not async: a handler that is scripted to throw does so while it is called.
function handle(script: ScriptedApp, scenario: Scenario, event: HttpEvent, fields: Fields): Promise<GatewayResult> {
  return script
    .visit(scenario, {
      header: (name) => headerOf(event, name),
      body: async () => bytesOf(event.body ?? "", event.isBase64Encoded),
    })
    .then((visit) => {
      if (visit.kind === "error") throw visit.error;
      const gzip = scenario.feature === "compression" && headerOf(event, "accept-encoding")?.includes("gzip") === true;
      return resultOf(visit.answer, gzip, fields);
    });
}

function resultOf({ status, headers, body }: Answer, gzip: boolean, fields: Fields): GatewayResult {
  const own: [string, string][] = [];
  if (body.kind === "json") own.push(["content-type", "application/json"]);
  if (body.kind === "redirect") own.push(["location", body.location]);
  if (gzip) own.push(["content-encoding", "gzip"], ["vary", "accept-encoding"]);
  const result = { statusCode: status, ...fields([...own, ...headers]) };
  if (body.kind === "json") return { ...result, body: JSON.stringify(body.value) };
  if (body.kind !== "bytes" && body.kind !== "stream") return result;
  const bytes = Buffer.concat(body.kind === "bytes" ? [body.bytes] : body.pieces);
  return { ...result, body: (gzip ? gzipSync(bytes) : bytes).toString("base64"), isBase64Encoded: true };
}
