import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import Router from "@koa/router";
import { type Answer, type RunningBinding, type Scenario, type ScriptedApp, streamOf } from "@oncekey/conformance";
import type { IdempotencyStore } from "@oncekey/core";
import type { Context, Middleware } from "koa";
import compress from "koa-compress";
import { idempotency } from "../src/index.js";
import type { KoaFactory } from "./majors.js";
import { listen } from "./serve.js";

/** The scripted app, mounted with Koa's own means. */
export async function serveScripted(
  Koa: KoaFactory,
  script: ScriptedApp,
  store: IdempotencyStore,
  parsers: readonly Middleware[],
): Promise<RunningBinding> {
  const app = new Koa();
  app.silent = true;
  const idem = idempotency({
    store: script.store(store),
    scope: (ctx) => script.scope((name) => ctx.get(name) || null),
  });
  script.onShutdown(() => idem.close());
  for (const parser of parsers) app.use(parser);
  const router = new Router();
  for (const scenario of script.scenarios) {
    const before = scenario.feature === "compression" ? [compress({ threshold: 0 })] : [];
    router.register(
      `/scenario/${scenario.name}`,
      [...scenario.methods],
      [...before, idem.with(scenario.options), handlerOf(script, scenario)],
    );
  }
  router.all("/control/:what", (ctx: Context) => {
    const { status, json } = script.control(ctx.method, ctx.originalUrl);
    ctx.status = status;
    ctx.body = json;
  });
  app.use(router.routes());
  return listen(app.callback());
}

function handlerOf(script: ScriptedApp, scenario: Scenario): (ctx: Context) => Promise<void> {
  // Not async: a handler that is scripted to throw does so while it is called.
  return (ctx) =>
    script.visit(scenario, { header: (name) => ctx.get(name) || null, body: () => bytesOf(ctx) }).then((visit) => {
      if (visit.kind === "error") ctx.throw(500, visit.error);
      else send(ctx, visit.answer);
    });
}

/** What the handler can still say about the body: its bytes, or a parsed value as JSON again. */
async function bytesOf({ req, request }: Context): Promise<Uint8Array> {
  if (!req.readableEnded) return buffer(req);
  const { body }: { body?: unknown } = request;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function send(ctx: Context, { status, headers, body }: Answer): void {
  for (const [name, value] of headers) ctx.append(name, value);
  if (body.kind === "redirect") ctx.redirect(body.location);
  ctx.status = status;
  if (body.kind === "json") ctx.body = body.value;
  else if (body.kind === "none") ctx.body = null;
  else if (body.kind === "bytes") ctx.body = Buffer.from(body.bytes);
  else if (body.kind !== "redirect") ctx.body = Readable.fromWeb(streamOf(body));
  if (body.kind === "none") ctx.status = status;
}
