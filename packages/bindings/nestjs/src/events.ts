import type { ServerResponse } from "node:http";
import type { CanActivate, ExecutionContext } from "@nestjs/common";
import type { CapturedResponse } from "@oncekey/http";
import { HeldResponse } from "@oncekey/http/node";
import { fromEvent, type Observable, takeUntil, tap } from "rxjs";
import { type Handlers, sendsEvents } from "./handlers.js";
import { type PlatformRequest, platformOf } from "./platform.js";

const responses = new WeakMap<ServerResponse, HeldResponse>();

/**
 * Holds the answers of protected `@Sse()` handlers. Nest begins them before it asks an interceptor, and the head would be out
 * before the key is claimed; guards come earlier. What is complete before our interceptor takes over, such as another
 * guard's refusal, goes its way.
 */
export class EventsGuard<Req extends PlatformRequest> implements CanActivate {
  readonly #handlers: Handlers<Req>;

  constructor(handlers: Handlers<Req>) {
    this.#handlers = handlers;
  }

  canActivate(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    if (context.getType() !== "http" || !sendsEvents(handler)) return true;
    const guard = this.#handlers.guardOf(context.getClass(), handler);
    const { incoming, response } = platformOf<Req>(context.switchToHttp());
    if (guard?.covers(incoming.method)) hold(response, guard.maxResponseBytes);
    return true;
  }
}

function hold(response: ServerResponse, maxBytes: number): void {
  const held = new HeldResponse(response, maxBytes);
  const letGo = () => {
    if (responses.delete(response)) held.release();
  };
  responses.set(response, held);
  held.captured.then(letGo, letGo);
}

/** The answer of an `@Sse()` handler, for whoever decides about it from now on. */
export function takeHeld(response: ServerResponse): HeldResponse | undefined {
  const held = responses.get(response);
  responses.delete(response);
  return held;
}

/**
 * Events, and the answer that they are from the first one on: what Nest has sent before says nothing about the handler. One
 * that failed before has answered what filters made of it, if there was still something to make.
 */
export function answeredByEvents(
  handler: Observable<unknown>,
  response: ServerResponse,
  held: HeldResponse,
): readonly [events: Observable<unknown>, answer: Promise<CapturedResponse>] {
  let begun = () => {};
  let failed: (error: unknown) => void = () => {};
  const first = new Promise<void>((resolve, reject) => {
    begun = resolve;
    failed = reject;
  });
  const unsubscribe = () => failed(new Error("the handler was stopped before its first event"));
  const answer = first.then(
    () => held.captured,
    async (error: unknown) => {
      const captured = await held.captured;
      if (captured.body === undefined) throw error;
      return captured;
    },
  );
  // Nest 10 learns by the request that its client has gone, which says nothing once its body has been read.
  const listened = takeUntil<unknown>(fromEvent(response, "close"));
  return [handler.pipe(listened, tap({ next: begun, complete: begun, error: failed, unsubscribe })), answer];
}
