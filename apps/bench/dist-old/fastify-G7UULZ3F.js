import { versionOf } from "./chunk-5FRH7Y7O.js";
import { byHand, createGuard, oncekey, unprotected } from "./chunk-BNMYRHDE.js";
import { HeldResponse, headerLines, headerLinesOf, requestBody, valuesByName, withEarlier } from "./chunk-DJ73ODDG.js";
import { portOf } from "./chunk-NGQ4QNQS.js";
import "./chunk-CTAJ23BL.js";

// ../../packages/bindings/fastify/src/exchange.ts
import { Readable } from "stream";
import { ACCOUNT_HEADER, JSON_TYPE, KEY_HEADER, PATH } from "./chunk-4RZPWTC5.js";

var Exchange = class {
  #guard;
  #request;
  #reply;
  #body;
  #incoming;
  #known;
  #held;
  /** What earlier hooks have said about this exchange, such as CORS. */
  #earlier = [];
  constructor(guard, request, reply, payload) {
    this.#guard = guard;
    this.#request = request;
    this.#reply = reply;
    this.#body = new Body(request, payload);
    this.#incoming = incomingOf(request, this.#body);
  }
  /** Reads the body, and leaves it to the parsers. */
  read(done) {
    this.#guard.read(this.#incoming).then((known) => {
      this.#known = known;
      const refusal = "instead" in known && known.instead.kind === "answer" ? known.instead : void 0;
      if (refusal?.because === "body-too-large") this.#send(refusal.response);
      else done(null, this.#body.payload);
    }, done);
  }
  /** Claims the key and runs the handler, or answers. */
  run(done) {
    if (this.#known === void 0) {
      done();
      return;
    }
    this.#guard
      .handleRead(this.#incoming, this.#known, (attempt) => {
        this.#request.idempotency = attempt;
        this.#earlier = headerLinesOf(this.#reply.getHeaders());
        this.#held = new HeldResponse(this.#reply.raw, this.#guard.maxResponseBytes);
        done();
        return this.#held.captured;
      })
      .then((handled) => this.#finish(handled, done))
      .catch((error) => this.#fail(error, done));
  }
  /** What the handler failed with, before Fastify or the application answers it. */
  note(error) {
    this.#held?.note(error);
  }
  #finish(handled, done) {
    if (handled.kind === "pass") done();
    else if (handled.kind === "executed") this.#held?.release();
    else if (handled.kind === "answer") this.#answer(handled.response);
    else this.#held?.reset();
  }
  #answer(answer) {
    if (this.#held === void 0) {
      this.#send(answer);
      return;
    }
    this.#held.replaceWith(withEarlier(this.#earlier, answer));
  }
  /** By Fastify's own way, so that the hooks of plugins have their say: compression, CORS. */
  #send({ status, headers, body }) {
    for (const [name, values] of valuesByName(headers))
      this.#reply.header(name, values.length === 1 ? values[0] : values);
    this.#reply.code(status).send(body.byteLength === 0 ? void 0 : body);
  }
  #fail(error, done) {
    if (this.#held === void 0) {
      done(error);
      return;
    }
    this.#held.reset();
    if (!this.#reply.raw.destroyed) this.#reply.send(error);
  }
};
var Body = class {
  #request;
  /** What the parsers are to read. */
  payload;
  constructor(request, payload) {
    this.#request = request;
    this.payload = payload;
  }
  read(maxBytes) {
    const { raw } = this.#request;
    return this.payload === raw ? requestBody(raw, maxBytes) : this.#readReplaced(maxBytes);
  }
  /** A hook has put a stream of its own in place of the request, such as one that decompresses it. */
  async #readReplaced(maxBytes) {
    const { payload } = this;
    const chunks = [];
    let length = 0;
    for await (const chunk of payload) {
      const bytes = Buffer.from(chunk);
      length += bytes.byteLength;
      if (length > maxBytes) return "too-large";
      chunks.push(bytes);
    }
    const { receivedEncodedLength } = payload;
    const again = Readable.from(chunks, { objectMode: false });
    this.payload = receivedEncodedLength === void 0 ? again : Object.assign(again, { receivedEncodedLength });
    return { decoded: Buffer.concat(chunks, length) };
  }
};
function incomingOf(request, body) {
  return {
    request,
    method: request.method,
    target: request.originalUrl,
    lines: (name) => headerLines(request.raw, name),
    bodyWasRead: request.raw.readableDidRead,
    readBody: (maxBytes) => body.read(maxBytes),
  };
}

// ../../packages/bindings/fastify/src/idempotency.ts
var seen = /* @__PURE__ */ Symbol("oncekey.seen");
function idempotency(...[first, options]) {
  return options === void 0 ? pluginOf(first) : Promise.resolve({}).then((none) => pluginOf(options)(first, none));
}
asPlugin(idempotency);
function pluginOf(options) {
  const guard = createGuard(options);
  return asPlugin(async (fastify2) => install(fastify2, guard, options.oncekey === void 0));
}
function asPlugin(plugin) {
  return Object.assign(plugin, {
    [/* @__PURE__ */ Symbol.for("skip-override")]: true,
    [/* @__PURE__ */ Symbol.for("fastify.display-name")]: "@oncekey/fastify",
    [/* @__PURE__ */ Symbol.for("plugin-meta")]: { name: "@oncekey/fastify", fastify: "5.x" },
  });
}
function install(fastify2, guard, ownsEngine) {
  if (!fastify2.hasRequestDecorator("idempotency")) fastify2.decorateRequest("idempotency", void 0);
  fastify2.addHook("onRoute", (route) => protect(guard, route));
  fastify2.addHook("onRequest", (request, _reply, done) => done(missed(guard, request)));
  if (ownsEngine) fastify2.addHook("onClose", async () => void (await guard.close()));
}
function missed(guard, { is404, method, routeOptions }) {
  const { config } = routeOptions;
  const wanted = config.idempotency !== false && (config.idempotency !== void 0 || guard.covers(method));
  if (!wanted || is404 || Reflect.has(config, seen)) return void 0;
  return new TypeError(
    `${method} ${config.url} was added before idempotency was loaded, so it is not protected; await app.register(idempotency, \u2026) before it, or set its config.idempotency to false`,
  );
}
function protect(base, route) {
  const { config = {}, method, url } = route;
  const { idempotency: choice } = config;
  const methods = [method].flat();
  const guard = typeof choice === "object" ? base.with(choice) : base;
  const covers = choice !== false && methods.some((each) => guard.covers(each));
  if (typeof choice === "object" && !covers) {
    throw new TypeError(`${methods} ${url}: config.idempotency protects nothing here; name its method in methods`);
  }
  if (covers && Reflect.get(config, seen) === true) {
    throw new TypeError(
      `${methods} ${url}: idempotency is registered twice for it; register it once, and vary it by config.idempotency`,
    );
  }
  route.config = { ...config, ...{ [seen]: covers } };
  if (!covers) return;
  const exchanges = /* @__PURE__ */ new WeakMap();
  const read = (request, reply, payload, done) => {
    if (!guard.covers(request.method)) {
      done(null, payload);
      return;
    }
    const exchange = new Exchange(guard, request, reply, payload);
    exchanges.set(request, exchange);
    exchange.read(done);
  };
  const claim = (request, _reply, done) => {
    const exchange = exchanges.get(request);
    if (exchange === void 0) done();
    else exchange.run(done);
  };
  const note = (request, _reply, error, done) => {
    exchanges.get(request)?.note(error);
    done();
  };
  route.preParsing = [read, ...listed(route.preParsing)];
  route.preHandler = [...listed(route.preHandler), claim];
  route.onError = [...listed(route.onError), note];
}
function listed(hooks) {
  if (hooks === void 0) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}

// src/http/frameworks/fastify.ts
import Fastify from "fastify";

var fastify = {
  name: "fastify",
  title: `Fastify ${versionOf("fastify")}`,
  atOnce: 32,
  notes: [],
  contenders: [
    unprotected((charge) => start(Fastify(), async (request, reply) => reply.code(201).send(charge(request.body)))),
    ...byHand((once, charge) =>
      start(Fastify(), async (request, reply) => {
        const { status, body } = await once(askedOf(request), () => charge(request.body));
        return reply.code(status).type(JSON_TYPE).send(body);
      }),
    ),
    oncekey("Oncekey", async (options, charge) => {
      const app = Fastify();
      await app.register(idempotency, {
        ...options,
        scope: (request) => request.headers[ACCOUNT_HEADER]?.toString(),
      });
      return await start(app, async (request, reply) => reply.code(201).send(charge(request.body)));
    }),
  ],
};
async function start(app, handler) {
  app.post(PATH, handler);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: portOf(app.server), close: () => app.close() };
}
function askedOf(request) {
  const { headers, body, method, originalUrl } = request;
  return {
    account: headers[ACCOUNT_HEADER]?.toString() ?? "",
    key: headers[KEY_HEADER]?.toString() ?? "",
    method,
    path: originalUrl,
    order: body,
    text: () => JSON.stringify(body),
  };
}

export { fastify };
