import { type Answer, type Scenario, type ScriptedApp, streamOf } from "@oncekey/conformance";
import type { IdempotencyStore } from "@oncekey/core";
import { type Context, type Handler, Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { idempotency } from "../src/index.js";

/** The scripted app, mounted with Hono's own means. */
export function scripted(script: ScriptedApp, store: IdempotencyStore, before: readonly MiddlewareHandler[]): Hono {
  const app = new Hono();
  const idem = idempotency({ store: script.store(store), scope: (c) => script.scope((name) => c.req.header(name)) });
  script.onShutdown(() => idem.close());
  for (const middleware of before) app.use(middleware);
  app.use("/scenario/compressible", compress({ threshold: 0, encoding: "gzip" }));
  for (const scenario of script.scenarios) {
    app.on(
      [...scenario.methods],
      `/scenario/${scenario.name}`,
      idem.with(scenario.options),
      handlerOf(script, scenario),
    );
  }
  app.all("/control/*", (c) => {
    const { status, json } = script.control(c.req.method, c.req.url.slice(new URL(c.req.url).origin.length));
    return Response.json(json, { status });
  });
  app.onError((_error, c) => c.json({ error: "internal" }, 500));
  return app;
}

function handlerOf(script: ScriptedApp, scenario: Scenario): Handler {
  // Not async: a handler that is scripted to throw does so while it is called.
  return (c) =>
    script
      .visit(scenario, {
        header: (name) => c.req.header(name),
        body: async () => new Uint8Array(await c.req.arrayBuffer()),
      })
      .then((visit) => {
        if (visit.kind === "error") throw visit.error;
        return send(c, visit.answer);
      });
}

function send(c: Context, { status, headers, body }: Answer): Response {
  for (const [name, value] of headers) c.header(name, value, { append: true });
  if (body.kind === "redirect") c.header("location", body.location);
  if (body.kind === "json") c.header("content-type", "application/json");
  return c.newResponse(bytesOf(body), new Response(null, { status }));
}

function bytesOf(body: Answer["body"]): string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null {
  if (body.kind === "none" || body.kind === "redirect") return null;
  if (body.kind === "json") return JSON.stringify(body.value);
  if (body.kind === "bytes") return Uint8Array.from(body.bytes);
  return streamOf(body);
}
