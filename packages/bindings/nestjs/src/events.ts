import type { ServerResponse } from "node:http";
import type { CapturedResponse } from "@oncekey/http";
import { HeldResponse } from "@oncekey/http/node";
import { fromEvent, type Observable, takeUntil, tap } from "rxjs";

const responses = new WeakMap<ServerResponse, HeldResponse>();

/**
 * Holds the answer of a protected `@Sse()` handler, until somebody takes it over. What is complete before that, such as a
 * guard's refusal, goes its way.
 */
export function holdEvents(response: ServerResponse, maxBytes: number): void {
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
  captured: Promise<CapturedResponse>,
): readonly [events: Observable<unknown>, answer: Promise<CapturedResponse>] {
  let events = handler;
  const first = new Promise<unknown>((begin, fail) => {
    events = handler.pipe(
      // Nest 10 learns by the request that its client has gone, which says nothing once its body has been read.
      takeUntil(fromEvent(response, "close")),
      tap({
        next: begin,
        complete: () => begin(undefined),
        error: fail,
        unsubscribe: () => fail(new Error("the handler was stopped before its first event")),
      }),
    );
  });
  const answer = first.then(
    () => captured,
    async (error: unknown) => {
      const made = await captured;
      if (made.body === undefined) throw error;
      return made;
    },
  );
  return [events, answer];
}
