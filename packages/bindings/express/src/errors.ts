import { HeldResponse } from "@oncekey/http/node";
import type { ErrorRequestHandler, Request } from "express";

/*
 * What a handler fails with goes to the application's error handlers, which come after us and answer it: all that we see is
 * their answer. Where the error itself matters (`NotExecutedError`), it has to be noted on its way there.
 */

/** Where a request keeps its response. A property: a WeakMap costs the garbage collector much for each request. */
const response = Symbol("oncekey.response");

/** The methods for which a route notes errors. */
const watched = new WeakMap<object, Set<string>>();

const noteError: ErrorRequestHandler = (error, req, _res, next) => {
  const held: unknown = Reflect.get(req, response);
  if (held instanceof HeldResponse) held.note(error);
  next(error);
};

/**
 * Express error middleware that notes what a protected handler failed with, and passes it on.
 *
 * Routes that have `idempotency()` among their own handlers need it only before error handlers of the route's own. Where
 * `idempotency()` stands in `app.use`, put it before the application's error handlers. Without it a `NotExecutedError` is
 * judged by the response that is made of it.
 */
export function idempotencyErrors(): ErrorRequestHandler {
  return noteError;
}

/** Notes what becomes of this request, if it fails. */
export function noteErrors(req: Request, held: HeldResponse): void {
  Reflect.set(req, response, held);
  const { route }: { route?: unknown } = req;
  if (typeof route === "object" && route !== null) watch(route, req.method.toLowerCase());
}

/** Adds to a route, by its own means, a last handler: errors of all others go by it on their way out. */
function watch(route: object, method: string): void {
  const methods = watched.get(route) ?? new Set();
  if (methods.has(method)) return;
  watched.set(route, methods.add(method));
  const add: unknown = Reflect.get(route, method);
  if (typeof add === "function") Reflect.apply(add, route, [noteError]);
}
