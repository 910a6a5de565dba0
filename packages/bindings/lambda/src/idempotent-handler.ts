import type { Attempt } from "@oncekey/core";
import { type OperationSettings, operationsOf } from "./operation.js";
import type { InvocationContext } from "./types.js";

/** A handler of events of any kind, with its attempt. */
export type EventHandler<Event, Context, Result> = (
  event: Event,
  context: Context,
  attempt: Attempt,
) => Result | Promise<Result>;

/** A protected handler of events of any kind. */
export interface IdempotentHandler<Event, Context, Result> {
  (event: Event, context: Context): Promise<Result>;
  /** Takes no new events, and waits for running ones and for what is still to be stored. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

/**
 * Protects a function that no HTTP request calls: direct invocations, EventBridge, Step Functions, jobs. It runs once per
 * key, and every repetition gets the first result, as JSON keeps it.
 *
 * It rejects with what the handler threw, and with an `OncekeyError` where there is no result: `IN_PROGRESS` while another
 * invocation runs, so that Lambda's own retries come again later; `KEY_REUSED` for another payload under the same key.
 */
export function idempotentHandler<Event, Context extends InvocationContext, Result>(
  handler: EventHandler<Event, Context, Result>,
  options: OperationSettings<Event>,
): IdempotentHandler<Event, Context, Result> {
  if (typeof handler !== "function") throw new TypeError(`idempotentHandler: ${String(handler)} is not a handler`);
  const operations = operationsOf<Event, Result>(options);
  const run = (event: Event, context: Context): Promise<Result> =>
    operations.invocations.run(context, () =>
      operations.run(event, context, (attempt) => handler(event, context, attempt)),
    );
  return Object.assign(run, { close: operations.close });
}
