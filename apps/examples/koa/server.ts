import { bodyParser } from "@koa/bodyparser";
import Router from "@koa/router";
import { MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/koa";
import Koa from "koa";

const charges: { id: string; amount: number }[] = []; // stands for your database

const once = idempotency({
  store: new MemoryStore(), // one process; a database elsewhere
  scope: (ctx) => ctx.get("x-account"), // the caller, as your authentication knows it
});

const router = new Router();
router.post("/charges", once, (ctx) => {
  const { amount } = ctx.request.body as { amount: number };
  const charge = { id: `ch_${charges.length + 1}`, amount };
  charges.push(charge);
  ctx.status = 201;
  ctx.body = charge;
});

const app = new Koa();
app.use(bodyParser());
app.use(router.routes());

export const server = app.listen(process.env["PORT"] ?? 3000);
