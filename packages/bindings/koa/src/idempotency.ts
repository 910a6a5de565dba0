import {
  createGuard,
  type Guard,
  type GuardOptions,
  type RouteOptions as GuardRouteOptions,
  type HttpAttempt,
} from "@oncekey/http";
import type { Context, Next } from "koa";
import { Exchange } from "./exchange.js";

declare module "koa" {
  interface BaseContext {
    /** The attempt under which this request runs; absent where it is not protected. */
    idempotency?: HttpAttempt;
  }
}

/** Options of {@link idempotency}. They are those of every binding: see the table in the README of `@oncekey/http`. */
export type IdempotencyOptions = GuardOptions<Context>;

/** What one route may set for itself. */
export type RouteOptions = GuardRouteOptions<Context>;

/** The middleware, and what else it can do. */
export interface IdempotencyMiddleware {
  (ctx: Context, next: Next): Promise<void>;
  /** The same engine with other options, for one route. */
  with(options: RouteOptions): IdempotencyMiddleware;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. For a graceful shutdown. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/**
 * Koa middleware that runs what comes after it once per idempotency key and answers every retry with the first answer.
 *
 * Put it after authentication, which `scope` needs, and before the handler; before or after body parsers. Wrong options
 * are a `TypeError` at once.
 */
export function idempotency(options: IdempotencyOptions): IdempotencyMiddleware {
  return middlewareOf(createGuard<Context>(options));
}

function middlewareOf(guard: Guard<Context>): IdempotencyMiddleware {
  const middleware = async (ctx: Context, next: Next): Promise<void> => {
    if (!guard.covers(ctx.method)) await next();
    else if (ctx.idempotency === undefined) await new Exchange(guard, ctx, next).run();
    else throw new TypeError("idempotency() ran twice for one request; protect a route once, and vary it by with()");
  };
  return Object.assign(middleware, {
    with: (options: RouteOptions) => middlewareOf(guard.with(options)),
    close: guard.close.bind(guard),
  });
}
