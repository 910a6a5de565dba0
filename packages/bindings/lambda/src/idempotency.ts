import {
  createGuard,
  type Guard,
  type GuardOptions,
  type RouteOptions as GuardRouteOptions,
  type HttpAttempt,
} from "@oncekey/http";
import { type Format, formatOf, incomingOf, methodOf } from "./event.js";
import { captureResult, resultOf } from "./result.js";
import { forLease, Invocations, SETTLE_WITHIN_MS } from "./time-left.js";
import type { HttpEvent, HttpResult, Invocation, InvocationContext } from "./types.js";

/** What the options of this package have besides those of every binding. */
export interface LambdaOptions {
  /** How long an answer waits for what could not be stored in time; after it the process is frozen. */
  readonly settleWithinMs?: number;
}

/** Options of {@link idempotency}: those of every binding, see the README of `@oncekey/http`, and {@link LambdaOptions}. */
export type IdempotencyOptions<Event extends HttpEvent = HttpEvent> = GuardOptions<Invocation<Event>> & LambdaOptions;

/** What one function may set for itself. */
export type RouteOptions<Event extends HttpEvent = HttpEvent> = GuardRouteOptions<Invocation<Event>>;

/** A handler of HTTP events. `attempt` is the one under which it runs; undefined where the request is not protected. */
export type HttpHandler<Event, Context, Result> = (
  event: Event,
  context: Context,
  attempt: HttpAttempt | undefined,
) => Result | Promise<Result>;

/** Protects a handler, and what else it can do. */
export interface Idempotency<Options extends HttpEvent = HttpEvent> {
  <Event extends Options, Context extends InvocationContext, Result>(
    handler: HttpHandler<Event, Context, Result>,
  ): (event: Event, context: Context) => Promise<Result | HttpResult>;
  /** The same engine with other options, for one function or route. */
  with(options: RouteOptions<Options>): Idempotency<Options>;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/**
 * Protects Lambda functions behind API Gateway, a function URL or an Application Load Balancer: a handler runs once per
 * idempotency key, and every retry gets the first answer.
 *
 * Make it once, outside the handler. The lease follows the time that is left to the function, and nothing goes on after its
 * answer. Wrong options are a `TypeError` at once.
 */
export function idempotency<Event extends HttpEvent = HttpEvent>({
  settleWithinMs = SETTLE_WITHIN_MS,
  ...options
}: IdempotencyOptions<Event>): Idempotency<Event> {
  const guard = createGuard<Invocation<Event>>(options);
  return protectorOf(guard, options, new Invocations(guard.idle.bind(guard), settleWithinMs));
}

function protectorOf<Options extends HttpEvent>(
  guard: Guard<Invocation<Options>>,
  options: RouteOptions<Options>,
  invocations: Invocations,
): Idempotency<Options> {
  const guardFor = forLease(options, (lease) => guard.with(lease));
  const protect =
    <Event extends Options, Context extends InvocationContext, Result>(handler: HttpHandler<Event, Context, Result>) =>
    async (event: Event, context: Context): Promise<Result | HttpResult> => {
      if (!guard.covers(methodOf(event))) return await handler(event, context, undefined);
      return await invocations.run(context, () => answer(guardFor(context), handler, { event, context }));
    };
  return Object.assign(protect, {
    with: (more: RouteOptions<Options>) => protectorOf(guard.with(more), { ...options, ...more }, invocations),
    close: guard.close.bind(guard),
  });
}

/** One request on its way through. This translates; every rule is the guard's. */
async function answer<Options extends HttpEvent, Event extends Options, Context extends InvocationContext, Result>(
  guard: Guard<Invocation<Options>>,
  handler: HttpHandler<Event, Context, Result>,
  { event, context }: Invocation<Event, Context>,
): Promise<Result | HttpResult> {
  const format: Format = formatOf(event);
  let made: { readonly result: Result } | undefined;
  const handled = await guard.handle(incomingOf({ event, context }), async (attempt) => {
    made = { result: await handler(event, context, attempt) };
    return captureResult(made.result, format, guard.maxResponseBytes);
  });
  const instead = handled.kind === "answer" ? handled.response : handled.kind === "threw" ? handled.answer : undefined;
  if (instead !== undefined) return resultOf(instead, format);
  if (handled.kind === "threw") throw handled.error;
  // Not protected, so it has not run.
  return made === undefined ? await handler(event, context, undefined) : made.result;
}
