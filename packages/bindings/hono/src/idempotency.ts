import {
  type Captured,
  type CompleteResponse,
  captureResponse,
  createGuard,
  type Guard,
  type GuardOptions,
  type RouteOptions as GuardRouteOptions,
  type Handled,
  type HeaderLine,
  type HttpAttempt,
  toResponse,
} from "@oncekey/http";
import type { Context, Env, ExecutionContext, MiddlewareHandler, Next } from "hono";
import { incomingOf } from "./incoming.js";
import { isOnNode } from "./light.js";

declare module "hono" {
  interface ContextVariableMap {
    /** The attempt under which this request runs; undefined where it is not protected. */
    idempotency: HttpAttempt | undefined;
  }
}

/** Options of {@link idempotency}. They are those of every binding: see the table in the README of `@oncekey/http`. */
export type IdempotencyOptions<E extends Env = Env> = GuardOptions<Context<E>>;

/** What one route may set for itself. */
export type RouteOptions<E extends Env = Env> = GuardRouteOptions<Context<E>>;

/** The middleware, and what else it can do. */
export interface IdempotencyMiddleware<E extends Env = Env> extends MiddlewareHandler<E> {
  /** The same engine with other options, for one route. */
  with(options: RouteOptions<E>): IdempotencyMiddleware<E>;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. For a graceful shutdown. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/**
 * Hono middleware that runs a handler once per idempotency key and answers every retry with the first answer.
 *
 * Put it after authentication, which `scope` needs, and before the handler; before or after validators. Wrong options are
 * a `TypeError` at once. `idempotency<AppEnv>({ … })` knows the application's own variables.
 */
export function idempotency<E extends Env = Env>(options: IdempotencyOptions<E>): IdempotencyMiddleware<E> {
  return middlewareOf(createGuard<Context<E>>(options));
}

function middlewareOf<E extends Env>(guard: Guard<Context<E>>): IdempotencyMiddleware<E> {
  const middleware = async (c: Context<E>, next: Next): Promise<void> => {
    if (!guard.covers(c.req.method)) return next();
    if (c.get("idempotency") !== undefined) {
      throw new TypeError("idempotency() ran twice for one request; protect a route once, and vary it by with()");
    }
    const work = exchange(guard, c, next);
    // A rejection is for Hono; what is still to be stored goes on after it.
    executionCtxOf(c)?.waitUntil(work.catch(nothing).then(() => guard.idle()));
    await work;
  };
  return Object.assign(middleware, {
    with: (options: RouteOptions<E>) => middlewareOf(guard.with(options)),
    close: guard.close.bind(guard),
  });
}

const nothing = () => {};

/** Who keeps the platform alive for work that outlives the answer, where there is such a platform. */
function executionCtxOf(c: Context): ExecutionContext | undefined {
  // On Node's server there is none, and to be told so takes longer than all the rest of this binding: Hono throws.
  if (isOnNode(c)) return undefined;
  // Elsewhere most of the price of that would be a stack that nobody reads.
  const limit: unknown = Reflect.get(Error, "stackTraceLimit");
  if (limit !== undefined) Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return c.executionCtx;
  } catch {
    return undefined;
  } finally {
    if (limit !== undefined) Reflect.set(Error, "stackTraceLimit", limit);
  }
}

/** One request on its way through. This translates; every rule is the guard's. */
async function exchange<E extends Env>(guard: Guard<Context<E>>, c: Context<E>, next: Next): Promise<void> {
  let captured: Captured | undefined;
  /** What earlier middleware has said about this exchange, such as a request id. */
  let earlier: readonly HeaderLine[] | undefined;
  try {
    const handled = await guard.handle(incomingOf(c), async (attempt) => {
      c.set("idempotency", attempt);
      earlier = headersOf(c);
      await next();
      if (!c.finalized) throw new Error("the handler answered nothing; did it forget to return a Response?");
      captured = await captureResponse(c.res, guard.maxResponseBytes);
      return c.error === undefined ? captured.response : { ...captured.response, error: c.error };
    });
    if (handled.kind === "pass") return await next();
    if (handled.kind === "executed" && captured !== undefined) return answer(c, captured.send());
    captured?.drop();
    answer(c, merged(answerOf(handled, c), earlier ?? headersOf(c)));
  } catch (error) {
    // What the handler made is no part of the answer that an error gets.
    if (earlier !== undefined) c.res = undefined;
    throw error;
  }
}

/** What is sent in place of what the handler made. */
function answerOf(handled: Exclude<Handled, { kind: "pass" }>, c: Context): CompleteResponse {
  if (handled.kind === "answer") return handled.response;
  if (handled.kind === "executed") throw new Error("unreachable: an executed handler has a captured response");
  if (handled.answer === undefined) throw handled.error;
  // Nobody else hears of it: a logger finds it where Hono leaves errors.
  if (handled.error instanceof Error) c.error = handled.error;
  return handled.answer;
}

/** Answers with this and nothing else: Hono would put the headers of what stands there over those of what comes. */
function answer(c: Context, response: Response): void {
  if (response === c.res) return;
  c.res = undefined;
  c.res = response;
}

/** What the answer would have for headers now. In lines: a light Response shares its headers with the context. */
function headersOf(c: Context): readonly HeaderLine[] {
  return [...c.body(null).headers];
}

/** The headers of earlier middleware stay on every answer, fresh. */
function merged(response: CompleteResponse, earlier: readonly HeaderLine[]): Response {
  if (earlier.length === 0) return toResponse(response);
  const own = new Set(response.headers.map(([name]) => name.toLowerCase()));
  const others = earlier.filter(([name]) => !own.has(name));
  return toResponse({ ...response, headers: [...others, ...response.headers] });
}
