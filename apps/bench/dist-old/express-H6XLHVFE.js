import { versionOf } from "./chunk-5FRH7Y7O.js";
import { byHand, createGuard, oncekey, serving, unprotected } from "./chunk-BNMYRHDE.js";
import { HeldResponse, headerLines, requestBody, writeResponse } from "./chunk-DJ73ODDG.js";
import { listening } from "./chunk-NGQ4QNQS.js";
import { connectAdapter } from "./chunk-TLIMB5XD.js";
import "./chunk-CTAJ23BL.js";

// src/http/frameworks/express.ts
import { createRequire } from "module";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER, PATH } from "./chunk-4RZPWTC5.js";

// ../../packages/bindings/express/src/errors.ts
var responses = /* @__PURE__ */ new WeakMap();
var watched = /* @__PURE__ */ new WeakMap();
var noteError = (error, req, _res, next) => {
  responses.get(req)?.note(error);
  next(error);
};
function noteErrors(req, held) {
  responses.set(req, held);
  const { route } = req;
  if (typeof route === "object" && route !== null) watch(route, req.method.toLowerCase());
}
function watch(route, method) {
  const methods = watched.get(route) ?? /* @__PURE__ */ new Set();
  if (methods.has(method)) return;
  watched.set(route, methods.add(method));
  const add = Reflect.get(route, method);
  if (typeof add === "function") Reflect.apply(add, route, [noteError]);
}

// ../../packages/bindings/express/src/idempotency.ts
function idempotency(options) {
  return middlewareOf(createGuard(options));
}
function middlewareOf(guard) {
  const middleware = (req, res, next) => {
    if (!guard.covers(req.method)) next();
    else if (req.idempotency === void 0) new Exchange(guard, req, res, next).run();
    else next(new TypeError("idempotency() ran twice for one request; protect a route once, and vary it by with()"));
  };
  return Object.assign(middleware, {
    with: (options) => middlewareOf(guard.with(options)),
    close: guard.close.bind(guard),
  });
}
var Exchange = class {
  #guard;
  #req;
  #res;
  #next;
  #held;
  constructor(guard, req, res, next) {
    this.#guard = guard;
    this.#req = req;
    this.#res = res;
    this.#next = next;
  }
  run() {
    const runHandler = (attempt) => {
      this.#req.idempotency = attempt;
      this.#held = new HeldResponse(this.#res, this.#guard.maxResponseBytes);
      noteErrors(this.#req, this.#held);
      this.#next();
      return this.#held.captured;
    };
    this.#guard
      .handle(incomingOf(this.#req), runHandler)
      .then((handled) => this.#finish(handled))
      .catch((error) => this.#fail(error));
  }
  #finish(handled) {
    if (handled.kind === "pass") this.#next();
    else if (handled.kind === "executed") this.#held?.release();
    else if (handled.kind === "answer") this.#answer(handled.response);
    else if (handled.answer !== void 0) this.#answer(handled.answer);
    else this.#fail(handled.error);
  }
  #answer(answer) {
    if (this.#held === void 0) writeResponse(this.#res, answer);
    else this.#held.replaceWith(answer);
  }
  #fail(error) {
    this.#held?.reset();
    if (!this.#res.destroyed) this.#next(error);
  }
};
function incomingOf(req) {
  return {
    request: req,
    method: req.method,
    target: req.originalUrl,
    lines: (name) => headerLines(req, name),
    bodyWasRead: req.readableDidRead,
    readBody: (maxBytes) => requestBody(req, maxBytes),
  };
}

// src/http/frameworks/express.ts
import express5 from "express";
import { idempotency as expressIdempotency, getSharedIdempotencyService } from "express-idempotency";

var express4 = createRequire(import.meta.url)("express4");
var onExpress4 = frameworkOf("express4", express4);
var onExpress5 = frameworkOf("express5", express5);
function frameworkOf(name, express) {
  return {
    name,
    title: `Express ${versionOf(name === "express4" ? name : "express")}`,
    atOnce: 32,
    notes: [
      "`express.json()` stands before all of them, as in our README. express-idempotency with its Redis adapter; it answers before its completion is stored.",
    ],
    contenders: [
      unprotected((charge) =>
        start(express, [], (req, res) => {
          res.status(201).json(charge(req.body));
        }),
      ),
      ...byHand((once, charge) =>
        start(express, [], (req, res, next) => {
          once(askedOf(req), () => charge(req.body)).then(
            ({ status, body }) => res.status(status).set("Content-Type", JSON_TYPE).send(body),
            next,
          );
        }),
      ),
      oncekey("Oncekey", (options, charge) =>
        start(express, [idempotency({ ...options, scope: (req) => req.get(ACCOUNT_HEADER) })], (req, res) => {
          res.status(201).json(charge(req.body));
        }),
      ),
      peer(express),
    ],
  };
}
function peer(express) {
  return {
    name: "express-idempotency",
    role: "peer",
    serve: async ({ redisUrl, charge }) => {
      const adapter = await connectAdapter(redisUrl);
      const middleware = expressIdempotency({ dataAdapter: adapter.dataAdapter });
      const service = getSharedIdempotencyService();
      const app = start(express, [middleware], (req, res) => {
        if (!service.isHit(req)) res.status(201).json(charge(req.body));
      });
      return serving(app, adapter.close);
    },
  };
}
function start(express, before, handler) {
  const app = express();
  app.use(express.json());
  app.post(PATH, ...before, handler);
  return listening(app.listen(0, "127.0.0.1"));
}
function askedOf(req) {
  return {
    account: req.get(ACCOUNT_HEADER) ?? "",
    key: req.get(KEY_HEADER) ?? "",
    method: req.method,
    path: req.originalUrl,
    order: req.body,
    text: () => JSON.stringify(req.body),
  };
}

export { onExpress4, onExpress5 };
