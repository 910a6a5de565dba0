import { createServer } from "node:http";
import { bodyParser } from "@koa/bodyparser";
import { idempotency } from "@oncekey/koa";
import Koa, { type Context, type Middleware } from "koa";
import type { Framework } from "../contender.js";
import { type App, byHand, oncekey, unprotected } from "../contenders.js";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER } from "../request.js";
import { versionOf } from "../versions.js";
import { listening } from "./listen.js";

export const koa: Framework = {
  name: "koa",
  title: `Koa ${versionOf("koa")}`,
  atOnce: 32,
  notes: ["`@koa/bodyparser` stands before all of them."],
  contenders: [
    unprotected((charge) =>
      start((ctx) => {
        ctx.status = 201;
        ctx.body = charge(ctx.request.body);
      }),
    ),
    ...byHand((once, charge) =>
      start(async (ctx) => {
        const { status, body } = await once(askedOf(ctx), () => charge(ctx.request.body));
        ctx.status = status;
        ctx.type = JSON_TYPE;
        ctx.body = body;
      }),
    ),
    ...oncekey((options, charge) =>
      start(idempotency({ ...options, scope: (ctx) => ctx.get(ACCOUNT_HEADER) }), (ctx) => {
        ctx.status = 201;
        ctx.body = charge(ctx.request.body);
      }),
    ),
  ],
};

function start(...middleware: readonly Middleware[]): Promise<App> {
  const app = new Koa();
  app.use(bodyParser());
  for (const each of middleware) app.use(each);
  return listening(createServer(app.callback()));
}

function askedOf(ctx: Context) {
  return {
    account: ctx.get(ACCOUNT_HEADER),
    key: ctx.get(KEY_HEADER),
    method: ctx.method,
    path: ctx.originalUrl,
    order: ctx.request.body,
    text: () => JSON.stringify(ctx.request.body),
  };
}
