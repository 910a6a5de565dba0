import {
  createGuard,
  type Guard,
  type GuardOptions,
  type RouteOptions as GuardRouteOptions,
  type HttpAttempt,
} from "@oncekey/http";
import { Attached, routeGuard } from "@oncekey/http/node";
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyRequest,
  RouteOptions as FastifyRouteOptions,
  onErrorHookHandler,
  preHandlerHookHandler,
  preParsingHookHandler,
} from "fastify";
import { Exchange } from "./exchange.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The attempt under which this request runs; undefined where it is not protected. */
    idempotency: HttpAttempt | undefined;
  }
  interface FastifyContextConfig {
    /** What this route sets for itself; `false` leaves it unprotected. */
    idempotency?: GuardRouteOptions<FastifyRequest> | boolean;
  }
}

/** Options of {@link idempotency}. They are those of every binding: see the table in the README of `@oncekey/http`. */
export type IdempotencyOptions = GuardOptions<FastifyRequest>;

/** What one route may set for itself, as `config.idempotency`. */
export type RouteOptions = GuardRouteOptions<FastifyRequest>;

/** Marks the configuration of a route that was seen when it was added, and whether it is protected. */
const seen = Symbol("oncekey.seen");

/** Requests on their way through the hooks. Their routes differ, and no request has two. */
const exchanges = new Attached<Exchange>("oncekey.exchange");

/**
 * Fastify plugin that runs a handler once per idempotency key and answers every retry with the first answer:
 * `await app.register(idempotency, options)`, or `idempotency(options)` for a plugin that has its options already.
 *
 * It protects the routes that are added after it, in the instance on which it is registered and in those below. Wrong
 * options are a `TypeError` at start-up.
 */
export function idempotency(options: IdempotencyOptions): FastifyPluginAsync;
export function idempotency(fastify: FastifyInstance, options: IdempotencyOptions): Promise<void>;
export function idempotency(
  ...[first, options]: [IdempotencyOptions, undefined?] | [FastifyInstance, IdempotencyOptions]
): FastifyPluginAsync | Promise<void> {
  // Fastify takes a rejection for an error at start-up; what is thrown it does not catch.
  return options === undefined ? pluginOf(first) : Promise.resolve({}).then((none) => pluginOf(options)(first, none));
}
asPlugin(idempotency);

function pluginOf(options: IdempotencyOptions): FastifyPluginAsync {
  const guard = createGuard<FastifyRequest>(options);
  return asPlugin(async (fastify: FastifyInstance) => install(fastify, guard, options.oncekey === undefined));
}

/** What the package fastify-plugin does: the hooks are for the instance on which it is registered, not for a new one. */
function asPlugin<Plugin extends object>(plugin: Plugin): Plugin {
  return Object.assign(plugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "@oncekey/fastify",
    [Symbol.for("plugin-meta")]: { name: "@oncekey/fastify", fastify: "5.x" },
  });
}

function install(fastify: FastifyInstance, guard: Guard<FastifyRequest>, ownsEngine: boolean): void {
  if (!fastify.hasRequestDecorator("idempotency")) fastify.decorateRequest("idempotency", undefined);
  fastify.addHook("onRoute", (route) => protect(guard, route));
  fastify.addHook("onRequest", (request, _reply, done) => done(missed(guard, request)));
  if (ownsEngine) fastify.addHook("onClose", async () => void (await guard.close()));
}

/** A route that was added before this plugin was loaded is without protection, and nobody would notice. */
function missed(guard: Guard<FastifyRequest>, { is404, method, routeOptions }: FastifyRequest): Error | undefined {
  const { config } = routeOptions;
  const wanted = config.idempotency !== false && (config.idempotency !== undefined || guard.covers(method));
  if (!wanted || is404 || Reflect.has(config, seen)) return undefined;
  return new TypeError(
    `${method} ${config.url} was added before idempotency was loaded, so it is not protected; await app.register(idempotency, …) before it, or set its config.idempotency to false`,
  );
}

/** Puts our hooks on a route: the body is read before all parsers, and the key claimed after all that may refuse. */
function protect(base: Guard<FastifyRequest>, route: FastifyRouteOptions): void {
  const { config = {}, method, url } = route;
  const { idempotency: choice } = config;
  const methods = [method].flat();
  const where = `${methods} ${url}: config.idempotency`;
  const guard = typeof choice === "object" ? routeGuard(base, choice, where, methods) : base;
  const covers = choice !== false && methods.some((each) => guard.covers(each));
  if (covers && Reflect.get(config, seen) === true) {
    throw new TypeError(
      `${methods} ${url}: idempotency is registered twice for it; register it once, and vary it by config.idempotency`,
    );
  }
  route.config = { ...config, ...{ [seen]: covers } };
  if (!covers) return;
  const read: preParsingHookHandler = (request, reply, payload, done) => {
    if (!guard.covers(request.method)) {
      done(null, payload);
      return;
    }
    const exchange = new Exchange(guard, request, reply, payload);
    exchanges.set(request, exchange);
    exchange.read(done);
  };
  const claim: preHandlerHookHandler = (request, _reply, done) => {
    const exchange = exchanges.of(request);
    if (exchange === undefined) done();
    else exchange.run(done);
  };
  const note: onErrorHookHandler = (request, _reply, error, done) => {
    exchanges.of(request)?.note(error);
    done();
  };
  route.preParsing = [read, ...listed(route.preParsing)];
  route.preHandler = [...listed(route.preHandler), claim];
  route.onError = [...listed(route.onError), note];
}

function listed<Hook>(hooks: Hook | Hook[] | undefined): Hook[] {
  if (hooks === undefined) return [];
  return Array.isArray(hooks) ? hooks : [hooks];
}
