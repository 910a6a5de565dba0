import { versionOf } from "./chunk-5FRH7Y7O.js";
import { byHand, createGuard, oncekey, unprotected } from "./chunk-BNMYRHDE.js";
import { HeldResponse, headerLines, requestBody } from "./chunk-DJ73ODDG.js";
import { listening } from "./chunk-NGQ4QNQS.js";
import "./chunk-CTAJ23BL.js";
import { bodyParser } from "@koa/bodyparser";
// src/http/frameworks/koa.ts
// ../../packages/bindings/koa/src/exchange.ts
import { createServer, STATUS_CODES } from "http";
import { finished, Readable } from "stream";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER } from "./chunk-4RZPWTC5.js";

var Exchange = class {
  #guard;
  #ctx;
  #next;
  #held;
  #done = () => {};
  #failed = () => {};
  constructor(guard, ctx, next) {
    this.#guard = guard;
    this.#ctx = ctx;
    this.#next = next;
  }
  /** Settles when the middleware around us may go on. */
  run() {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#guard
        .handle(incomingOf(this.#ctx), (attempt) => this.#runHandler(attempt))
        .then((handled) => this.#finish(handled))
        .catch((error) => this.#fail(error));
    });
  }
  async #runHandler(attempt) {
    this.#ctx.idempotency = attempt;
    const held = new HeldResponse(this.#ctx.res, this.#guard.maxResponseBytes);
    this.#held = held;
    try {
      await this.#next();
      this.#watchBody();
      this.#done();
    } catch (error) {
      held.note(error);
      this.#failed(error);
    }
    return await held.captured;
  }
  /** Koa 2 leaves an answer open for ever whose stream fails in the middle. */
  #watchBody() {
    const { body, res } = this.#ctx;
    if (!(body instanceof Readable)) return;
    finished(body, { writable: false }, (error) => {
      const lost = this.#ctx.body === body || body.errored !== null;
      if (error && lost && !res.writableEnded) res.destroy(error);
    });
  }
  #finish(handled) {
    if (handled.kind === "pass") this.#next().then(this.#done, this.#failed);
    else if (handled.kind === "executed") this.#held?.release();
    else if (handled.kind === "threw") this.#held?.reset();
    else if (this.#held === void 0) this.#answer(handled.response);
    else this.#held.replaceWith(handled.response);
  }
  /** By Koa's own way, so that the middleware around us has its say: compression, entity tags. */
  #answer({ status, headers, body }) {
    const { res, response } = this.#ctx;
    response.body = Buffer.from(body);
    response.remove("Content-Type");
    const own = /* @__PURE__ */ new Set();
    for (const [name, value] of headers) {
      if (own.has(name)) response.append(name, value);
      else response.set(name, value);
      own.add(name);
    }
    res.statusCode = status;
    res.statusMessage = STATUS_CODES[status] ?? "";
    this.#done();
  }
  #fail(error) {
    if (this.#held === void 0) {
      this.#failed(error);
      return;
    }
    this.#held.reset();
    this.#ctx.onerror(error instanceof Error ? error : new Error(String(error)));
  }
};
function incomingOf(ctx) {
  const { req, request } = ctx;
  return {
    request: ctx,
    method: ctx.method,
    target: ctx.originalUrl,
    lines: (name) => headerLines(req, name),
    bodyWasRead: req.readableDidRead,
    readBody: (maxBytes) => requestBody(req, maxBytes, request),
  };
}

// ../../packages/bindings/koa/src/idempotency.ts
function idempotency(options) {
  return middlewareOf(createGuard(options));
}
function middlewareOf(guard) {
  const middleware = async (ctx, next) => {
    if (!guard.covers(ctx.method)) await next();
    else if (ctx.idempotency === void 0) await new Exchange(guard, ctx, next).run();
    else throw new TypeError("idempotency() ran twice for one request; protect a route once, and vary it by with()");
  };
  return Object.assign(middleware, {
    with: (options) => middlewareOf(guard.with(options)),
    close: guard.close.bind(guard),
  });
}

// src/http/frameworks/koa.ts
import Koa from "koa";

var koa = {
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
    oncekey("Oncekey", (options, charge) =>
      start(idempotency({ ...options, scope: (ctx) => ctx.get(ACCOUNT_HEADER) }), (ctx) => {
        ctx.status = 201;
        ctx.body = charge(ctx.request.body);
      }),
    ),
  ],
};
function start(...middleware) {
  const app = new Koa();
  app.use(bodyParser());
  for (const each of middleware) app.use(each);
  return listening(createServer(app.callback()));
}
function askedOf(ctx) {
  return {
    account: ctx.get(ACCOUNT_HEADER),
    key: ctx.get(KEY_HEADER),
    method: ctx.method,
    path: ctx.originalUrl,
    order: ctx.request.body,
    text: () => JSON.stringify(ctx.request.body),
  };
}

export { koa };
