import {
  createGuard,
  type Guard,
  type GuardOptions,
  type RouteOptions as GuardRouteOptions,
  type Handled,
  type HttpAttempt,
} from "@oncekey/http";
import { HeldResponse, nodeIncoming, writeResponse } from "@oncekey/http/node";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { noteErrors } from "./errors.js";

declare global {
  namespace Express {
    interface Request {
      /** The attempt under which this request runs; absent where it is not protected. */
      idempotency?: HttpAttempt;
    }
  }
}

/** Options of {@link idempotency}. They are those of every binding: see the table in the README of `@oncekey/http`. */
export type IdempotencyOptions = GuardOptions<Request>;

/** What one route may set for itself. */
export type RouteOptions = GuardRouteOptions<Request>;

/** The middleware, and what else it can do. */
export interface IdempotencyMiddleware extends RequestHandler {
  /** The same engine with other options, for one route. */
  with(options: RouteOptions): IdempotencyMiddleware;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. For a graceful shutdown. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/**
 * Express middleware that runs a handler once per idempotency key and answers every retry with the first answer.
 *
 * Put it after authentication, which `scope` needs, and before the handler; before or after body parsers. Wrong options
 * are a `TypeError` at once.
 */
export function idempotency(options: IdempotencyOptions): IdempotencyMiddleware {
  return middlewareOf(createGuard<Request>(options));
}

function middlewareOf(guard: Guard<Request>): IdempotencyMiddleware {
  const middleware = (req: Request, res: Response, next: NextFunction): void => {
    if (!guard.covers(req.method)) next();
    else if (req.idempotency === undefined) new Exchange(guard, req, res, next).run();
    else next(new TypeError("idempotency() ran twice for one request; protect a route once, and vary it by with()"));
  };
  return Object.assign(middleware, {
    with: (options: RouteOptions) => middlewareOf(guard.with(options)),
    close: guard.close.bind(guard),
  });
}

/** One request on its way through the middleware. */
class Exchange {
  readonly #guard: Guard<Request>;
  readonly #req: Request;
  readonly #res: Response;
  readonly #next: NextFunction;
  #held: HeldResponse | undefined;

  constructor(guard: Guard<Request>, req: Request, res: Response, next: NextFunction) {
    this.#guard = guard;
    this.#req = req;
    this.#res = res;
    this.#next = next;
  }

  run(): void {
    const runHandler = (attempt: HttpAttempt) => {
      this.#req.idempotency = attempt;
      this.#held = new HeldResponse(this.#res, this.#guard.maxResponseBytes);
      noteErrors(this.#req, this.#held);
      this.#next();
      return this.#held.captured;
    };
    this.#guard
      .handle(nodeIncoming(this.#req, this.#req), runHandler)
      .then((handled) => this.#finish(handled))
      .catch((error: unknown) => this.#fail(error));
  }

  #finish(handled: Handled): void {
    if (handled.kind === "pass") this.#next();
    else if (handled.kind === "executed") this.#held?.release();
    else if (handled.kind === "answer") this.#answer(handled.response);
    else if (handled.answer !== undefined) this.#answer(handled.answer);
    else this.#fail(handled.error);
  }

  #answer(answer: Extract<Handled, { kind: "answer" }>["response"]): void {
    if (this.#held === undefined) writeResponse(this.#res, answer);
    else this.#held.replaceWith(answer);
  }

  #fail(error: unknown): void {
    this.#held?.reset();
    // There is nobody to tell any more.
    if (!this.#res.destroyed) this.#next(error);
  }
}
