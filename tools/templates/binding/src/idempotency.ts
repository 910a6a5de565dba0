import type { IncomingMessage, ServerResponse } from "node:http";
import type { Attempt } from "@oncekey/core";
import {
  createGuard,
  type Guard,
  type GuardOptions,
  type RouteOptions as GuardRouteOptions,
  type Handled,
  type Incoming,
} from "@oncekey/http";
import { HeldResponse, headerLines, requestBody, writeResponse } from "@oncekey/http/node";

/** What Acme hands to its middleware. The framework's own types take the place of this. */
export interface AcmeContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The attempt under which this request runs; absent where it is not protected. */
  idempotency?: Attempt;
}

/** Options of {@link idempotency}. They are those of every binding: see the table in the README of `@oncekey/http`. */
export type IdempotencyOptions = GuardOptions<AcmeContext>;

/** What one route may set for itself. */
export type RouteOptions = GuardRouteOptions<AcmeContext>;

type Next = () => void | Promise<void>;

/** The middleware, and what else it can do. */
export interface IdempotencyMiddleware {
  (context: AcmeContext, next: Next): Promise<void>;
  /** The same engine with other options, for one route. */
  with(options: RouteOptions): IdempotencyMiddleware;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. For a graceful shutdown. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/**
 * Acme middleware that runs a handler once per idempotency key and answers every retry with the first answer.
 *
 * Put it after authentication, which `scope` needs, and before the handler. Wrong options are a `TypeError` at once.
 */
export function idempotency(options: IdempotencyOptions): IdempotencyMiddleware {
  return middlewareOf(createGuard<AcmeContext>(options));
}

function middlewareOf(guard: Guard<AcmeContext>): IdempotencyMiddleware {
  const middleware = async (context: AcmeContext, next: Next): Promise<void> => {
    if (guard.covers(context.req.method ?? "")) await exchange(guard, context, next);
    else await next();
  };
  return Object.assign(middleware, {
    with: (options: RouteOptions) => middlewareOf(guard.with(options)),
    close: guard.close.bind(guard),
  });
}

/** One request on its way through. This translates; every rule is the guard's. */
async function exchange(guard: Guard<AcmeContext>, context: AcmeContext, next: Next): Promise<void> {
  let held: HeldResponse | undefined;
  const handled = await guard.handle(incomingOf(context), async (attempt) => {
    context.idempotency = attempt;
    held = new HeldResponse(context.res, guard.maxResponseBytes);
    await next();
    return held.captured;
  });
  await finish(handled, context.res, held, next);
}

async function finish(
  handled: Handled,
  res: ServerResponse,
  held: HeldResponse | undefined,
  next: Next,
): Promise<void> {
  if (handled.kind === "pass") return next();
  if (handled.kind === "executed") return held?.release();
  const answer = handled.kind === "answer" ? handled.response : handled.answer;
  if (answer !== undefined) return held === undefined ? writeResponse(res, answer) : held.replaceWith(answer);
  held?.reset();
  if (handled.kind === "threw") throw handled.error;
}

function incomingOf(context: AcmeContext): Incoming<AcmeContext> {
  const { req } = context;
  return {
    request: context,
    method: req.method ?? "",
    target: req.url ?? "/",
    lines: (name) => headerLines(req, name),
    bodyWasRead: req.readableDidRead,
    readBody: (maxBytes) => requestBody(req, maxBytes),
  };
}
