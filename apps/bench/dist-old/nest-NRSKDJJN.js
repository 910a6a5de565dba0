import { versionOf } from "./chunk-5FRH7Y7O.js";
import { byHand, createGuard, oncekey, serving, unprotected } from "./chunk-BNMYRHDE.js";
import {
  HeldResponse,
  headerLines,
  headerLinesOf,
  requestBody,
  valuesByName,
  withEarlier,
  writeResponse,
} from "./chunk-DJ73ODDG.js";
import { portOf } from "./chunk-NGQ4QNQS.js";
import "./chunk-CTAJ23BL.js";
import { ACCOUNT_HEADER, KEY_HEADER, PATH } from "./chunk-4RZPWTC5.js";

// src/http/frameworks/nest.ts
import "reflect-metadata";
// ../../packages/bindings/nestjs/src/idempotent.ts
// ../../packages/bindings/nestjs/src/installed.ts
import {
  applyDecorators,
  Body,
  Controller,
  createParamDecorator,
  Inject,
  Injectable,
  Post,
  Req,
  Res,
  SetMetadata,
  UseGuards,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { NodeIdempotencyModule, Idempotent as NodeIdempotent } from "@node-idempotency/nestjs";
import { RedisStorageAdapter } from "@node-idempotency/storage-adapter-redis";

var Idempotency = class {
  #close;
  #started = false;
  /** @param close Ends what was made for this application. */
  constructor(close) {
    this.#close = close;
  }
  /** Called by Nest before the first request, unless a dependency of ours lives as long as a request only. */
  onModuleInit() {
    this.#started = true;
  }
  /** Called by Nest while connections still stand, and so does what other modules close as the application ends. */
  async beforeApplicationShutdown() {
    await this.#close?.();
  }
  get started() {
    return this.#started;
  }
};
var ModuleIsImported = class {
  #idempotency;
  constructor(idempotency) {
    this.#idempotency = idempotency;
  }
  canActivate() {
    if (this.#idempotency.started) return true;
    throw new TypeError(
      "IdempotencyModule.forRootAsync: what it injects is request-scoped, so nothing is protected; inject what lives as long as the application",
    );
  }
};
Injectable()(ModuleIsImported);
Inject(Idempotency)(ModuleIsImported, void 0, 0);

// ../../packages/bindings/nestjs/src/idempotent.ts
var CHOICE = "oncekey:idempotent";
var attempts = /* @__PURE__ */ new WeakMap();
function Idempotent(choice = {}) {
  return applyDecorators(SetMetadata(CHOICE, choice), ...(choice === false ? [] : [UseGuards(ModuleIsImported)]));
}
var Attempt = createParamDecorator((_data, context) => attemptOf(context.switchToHttp().getRequest()));
function attemptOf(request) {
  return attempts.get(request);
}
function setAttempt(request, attempt) {
  attempts.set(request, attempt);
}

// ../../packages/bindings/nestjs/src/handlers.ts
import { RequestMethod } from "@nestjs/common";
// ../../packages/bindings/nestjs/src/module.ts
import { ApplicationConfig, MetadataScanner, ModulesContainer, Reflector } from "@nestjs/core";

var PATH2 = "path";
var METHOD = "method";
var HEADERS = "__headers__";
var reflector = new Reflector();
var Handlers = class {
  #base;
  #known = /* @__PURE__ */ new WeakMap();
  constructor(base) {
    this.#base = base;
  }
  /** The guard of a handler in its controller; undefined where it is not protected. */
  guardOf(controller, handler) {
    const ofController = this.#known.get(controller) ?? /* @__PURE__ */ new WeakMap();
    this.#known.set(controller, ofController);
    const known = ofController.get(handler) ?? { guard: this.#make(choiceOf(controller), choiceOf(handler)) };
    ofController.set(handler, known);
    return known.guard;
  }
  #make(ofController, own) {
    if (own === false || !(own ?? ofController)) return void 0;
    return [ofController, own].reduce((guard, choice) => (choice ? guard.with(choice) : guard), this.#base);
  }
  /** Refuses what cannot be protected, and wrong options, when the application starts. */
  check(modules) {
    for (const { controllers, providers } of modules.values()) {
      for (const { metatype } of controllers.values()) this.#check(metatype, true);
      for (const { metatype } of providers.values()) this.#check(metatype, false);
    }
  }
  #check(owner, isController) {
    if (!isClass(owner)) return;
    if (!isController && choiceOf(owner)) throw new TypeError(noRequest(owner.name));
    for (const name of new MetadataScanner().getAllMethodNames(owner.prototype)) {
      this.#checkHandler(owner, owner.prototype[name], `${owner.name}.${name}`, isController);
    }
  }
  #checkHandler(owner, handler, where, isController) {
    const own = choiceOf(handler);
    if (!isController || reflector.get(PATH2, handler) === void 0) {
      if (own) throw new TypeError(noRequest(where));
      return;
    }
    const guard = naming(where, () => this.guardOf(owner, handler));
    const method = RequestMethod[reflector.get(METHOD, handler)] ?? "";
    if (own && method !== "ALL" && !guard?.covers(method)) {
      throw new TypeError(`${where}: @Idempotent() protects nothing here; name ${method} in methods`);
    }
  }
};
function choiceOf(target) {
  return reflector.get(CHOICE, target);
}
function headersOn(handler) {
  return (reflector.get(HEADERS, handler) ?? []).map(({ name }) => name);
}
function noRequest(where) {
  return `${where}: @Idempotent() is for HTTP requests; where no response is stored, call run() of @oncekey/core`;
}
function isClass(metatype) {
  return typeof metatype?.prototype === "object" && metatype.prototype !== null;
}
function naming(where, make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`${where}: @Idempotent(): ${error.message}`, { cause: error });
    throw error;
  }
}

// ../../packages/bindings/nestjs/src/exchange.ts
import { StreamableFile } from "@nestjs/common";
import { tap } from "rxjs";

function exchange(guard, platform, next, ownHeaders) {
  const { incoming, response, reply } = platform;
  let held;
  return new Promise((resolve, reject) => {
    const finish = (handled) => {
      if (handled.kind === "pass") resolve(next.handle());
      else if (handled.kind === "executed") held?.release();
      else if (handled.kind === "threw") held?.reset();
      else if (held === void 0) {
        for (const name of ownHeaders) reply.removeHeader(name);
        platform.answer(handled.response);
      } else held.replaceWith(withEarlier(platform.earlier, handled.response));
    };
    const fail = (error) => {
      if (held === void 0) {
        reject(error);
        return;
      }
      held.reset();
      if (!response.destroyed) platform.fail(error);
    };
    guard
      .handle(incoming, (attempt) => {
        setAttempt(incoming.request, attempt);
        held = new HeldResponse(response, guard.maxResponseBytes);
        resolve(watched(next.handle(), response, held));
        return held.captured;
      })
      .then(finish)
      .catch(fail);
  });
}
function watched(handler, response, held) {
  return handler.pipe(
    tap({
      next: (value) => {
        if (value instanceof StreamableFile) cutWhereItBreaks(value, response);
      },
      // Filters make the answer of it.
      error: (error) => held.note(error),
      // Nest stops an Observable whose client has gone, and then answers nobody.
      unsubscribe: () => {
        if (!response.writableEnded) response.destroy(new Error("the handler was stopped before its end"));
      },
    }),
  );
}
function cutWhereItBreaks(file, response) {
  const stream = file.getStream();
  stream.once("error", (error) => {
    if (response.headersSent && !stream.readableEnded) response.destroy(error);
  });
}

// ../../packages/bindings/nestjs/src/platform.ts
function platformOf(http) {
  const response = http.getResponse();
  if ("raw" in response) return onFastify(http.getRequest(), response);
  return onExpress(http.getRequest(), response, http.getNext());
}
function onExpress(request, response, next) {
  return {
    incoming: incomingOf(request, request),
    response,
    earlier: [],
    reply: response,
    answer: (answer) => writeResponse(response, answer),
    fail: next,
  };
}
function onFastify(request, reply) {
  return {
    incoming: incomingOf(request, request.raw),
    response: reply.raw,
    earlier: headerLinesOf(reply.getHeaders()),
    reply,
    // By Fastify's own way, so that the hooks of plugins have their say: compression, CORS.
    answer({ status, headers, body }) {
      for (const [name, values] of valuesByName(headers)) reply.header(name, values.length === 1 ? values[0] : values);
      reply.code(status);
      reply.send(body.byteLength === 0 ? void 0 : body);
    },
    fail: (error) => void reply.send(error),
  };
}
function incomingOf(request, raw) {
  return {
    request,
    method: request.method,
    target: request.originalUrl,
    lines: (name) => headerLines(raw, name),
    bodyWasRead: raw.readableDidRead,
    readBody: (maxBytes) => requestBody(raw, maxBytes, request),
  };
}

// ../../packages/bindings/nestjs/src/interceptor.ts
var IdempotencyInterceptor = class {
  #handlers;
  constructor(handlers) {
    this.#handlers = handlers;
  }
  intercept(context, next) {
    const controller = context.getClass();
    const handler = context.getHandler();
    const guard = this.#handlers.guardOf(controller, handler);
    if (guard === void 0) return next.handle();
    if (context.getType() !== "http") throw new TypeError(noRequest(`${controller.name}.${handler.name}`));
    const platform = platformOf(context.switchToHttp());
    if (!guard.covers(platform.incoming.method)) return next.handle();
    return exchange(guard, platform, next, headersOn(handler));
  }
};

// ../../packages/bindings/nestjs/src/module.ts
var IdempotencyModule = class _IdempotencyModule {
  static forRoot(options) {
    return _IdempotencyModule.forRootAsync({ useFactory: () => options });
  }
  static forRootAsync({ imports = [], inject = [], useFactory }) {
    const provider = {
      provide: Idempotency,
      inject: [ApplicationConfig, ModulesContainer, ...inject],
      useFactory: async (config, modules, ...injected) => install(await useFactory(...injected), config, modules),
    };
    const mark = { provide: /* @__PURE__ */ Symbol(`${Math.random()}`), useValue: 0 };
    return { module: _IdempotencyModule, global: true, imports, providers: [provider, mark], exports: [Idempotency] };
  }
};
function install(options, config, modules) {
  const guard = createGuard(options);
  const handlers = new Handlers(guard);
  handlers.check(modules);
  if (config.getGlobalInterceptors().some((each) => each instanceof IdempotencyInterceptor)) {
    throw new TypeError("IdempotencyModule is imported twice; import it once, and vary it by @Idempotent({ \u2026 })");
  }
  config.addGlobalInterceptor(new IdempotencyInterceptor(handlers));
  return new Idempotency(options.oncekey === void 0 ? () => guard.close() : void 0);
}

// src/http/frameworks/nest.ts
var nestOnExpress = frameworkOf("Express");
var nestOnFastify = frameworkOf("Fastify");
function frameworkOf(platform) {
  const start = (...made) => startNest(platform, moduleOf(...made));
  return {
    name: `nest-${platform.toLowerCase()}`,
    title: `NestJS ${versionOf("@nestjs/core")} on ${platform}`,
    atOnce: 32,
    notes: ["The plugin of @node-idempotency takes no newer NestJS."],
    contenders: [
      unprotected((charge) => start((_request, order) => charge(order))),
      // The plugin is the library's own way; its core by hand is no contender here.
      ...byHand((once, charge) => start((request, order, reply) => onceIn(once, charge, request, order, reply))).filter(
        ({ role }) => role === "floor",
      ),
      oncekey("Oncekey", (options, charge) =>
        start((_request, order) => charge(order), {
          decorator: Idempotent(),
          imports: [
            IdempotencyModule.forRoot({
              ...options,
              scope: (request) => request.headers[ACCOUNT_HEADER]?.toString(),
            }),
          ],
        }),
      ),
      peer(start),
    ],
  };
}
function peer(start) {
  return {
    name: "@node-idempotency/nestjs",
    role: "peer",
    serve: async ({ redisUrl, charge }) => {
      const adapter = new RedisStorageAdapter({ url: redisUrl });
      await adapter.connect();
      const imports = [NodeIdempotencyModule.forRootAsync({ storage: { adapter } })];
      const app = start((_request, order) => charge(order), { decorator: NodeIdempotent(), imports });
      return serving(app, () => adapter.disconnect());
    },
  };
}
async function onceIn(once, charge, { method, originalUrl, headers }, order, reply) {
  const asked = {
    account: headers[ACCOUNT_HEADER] ?? "",
    key: headers[KEY_HEADER] ?? "",
    method,
    path: originalUrl,
    order,
    text: () => JSON.stringify(order),
  };
  const { status, body } = await once(asked, () => charge(order));
  reply.status(status);
  reply.header("content-type", "application/json; charset=utf-8");
  return body;
}
function moduleOf(handler, { decorator, imports } = { imports: [] }) {
  class Charges {
    charge(order, request, reply) {
      return handler(request, order, reply);
    }
  }
  const { prototype } = Charges;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "charge");
  if (descriptor === void 0) throw new Error("unreachable: the method stands above");
  for (const decorate of [Post(), ...(decorator === void 0 ? [] : [decorator])])
    decorate(prototype, "charge", descriptor);
  Body()(prototype, "charge", 0);
  Req()(prototype, "charge", 1);
  Res({ passthrough: true })(prototype, "charge", 2);
  Controller(PATH)(Charges);
  class Root {}
  return { module: Root, imports: imports ?? [], controllers: [Charges] };
}
async function startNest(platform, module) {
  const options = { logger: false, abortOnError: false, forceCloseConnections: true };
  const app =
    platform === "Fastify"
      ? await NestFactory.create(module, new FastifyAdapter(), options)
      : await NestFactory.create(module, options);
  await app.listen(0, "127.0.0.1");
  return { port: portOf(app.getHttpServer()), close: () => app.close() };
}

export { nestOnExpress, nestOnFastify };
