import type { ServerResponse } from "node:http";
import { type CallHandler, StreamableFile } from "@nestjs/common";
import { NotExecutedError } from "@oncekey/core";
import type { CapturedResponse, Guard, Handled, HttpAttempt } from "@oncekey/http";
import { HeldResponse, withEarlier } from "@oncekey/http/node";
import { EMPTY, type Observable, tap } from "rxjs";
import { answeredByEvents, takeHeld } from "./events.js";
import { setAttempt } from "./idempotent.js";
import type { Platform } from "./platform.js";

/**
 * Takes one request through the interceptor. This translates; every rule is the guard's.
 *
 * Nest writes an answer when all interceptors are done, filters included. So ours is done for Nest when the handler is, and
 * Nest writes into a held response, while we go on: the answer leaves when the guard says so.
 *
 * Resolves when the handler may run; rejects where Nest is to answer an error. Where we have answered it never settles:
 * nobody then waits for it, and nothing that would write an answer of its own goes on.
 *
 * @param ownHeaders Headers that stand on the handler, and are there already.
 */
export function exchange<Req extends object>(
  guard: Guard<Req>,
  platform: Platform<Req>,
  next: CallHandler,
  ownHeaders: readonly string[],
): Promise<Observable<unknown>> {
  const { incoming, response, reply } = platform;
  const heldEvents = takeHeld(response);
  if (heldEvents !== undefined) return exchangeEvents(guard, platform, next, ownHeaders, heldEvents);
  let held: HeldResponse | undefined;
  return new Promise((resolve, reject) => {
    const finish = (handled: Handled): void => {
      if (handled.kind === "pass") resolve(next.handle());
      else if (handled.kind === "executed") held?.release();
      // Errors are answered before we hear of them: this one has cut its connection.
      else if (handled.kind === "threw") held?.reset();
      else if (held === undefined) {
        for (const name of ownHeaders) reply.removeHeader(name);
        platform.answer(handled.response);
      } else held.replaceWith(withEarlier(platform.earlier, handled.response));
    };
    const fail = (error: unknown): void => {
      if (held === undefined) {
        reject(error);
        return;
      }
      held.reset();
      // There is nobody to tell any more.
      if (!response.destroyed) platform.fail(error);
    };
    guard
      .handle(incoming, (attempt) => {
        setAttempt(incoming.request, attempt);
        held = new HeldResponse(response, guard.maxResponseBytes);
        resolve(watched(next.handle(), response, held));
        return held.captured;
      })
      .then(finish)
      .catch(fail);
  });
}

/** The same for `@Sse()`, whose answer Nest has begun already: everything goes by way of what holds it. */
function exchangeEvents<Req extends object>(
  guard: Guard<Req>,
  { incoming, response, earlier }: Platform<Req>,
  next: CallHandler,
  ownHeaders: readonly string[],
  held: HeldResponse,
): Promise<Observable<unknown>> {
  const own = new Set(ownHeaders.map((name) => name.toLowerCase()));
  return new Promise((resolve, reject) => {
    const finish = (handled: Handled): void => {
      const answer = handled.kind === "answer" ? handled.response : handled.kind === "threw" && handled.answer;
      if (!answer) held.release();
      else
        held.replaceWith(
          withEarlier(
            earlier.filter(([name]) => !own.has(name)),
            answer,
          ),
        );
      // Nest waits for events where the handler was not asked for any.
      resolve(handled.kind === "pass" ? next.handle() : EMPTY);
    };
    const run = (attempt: HttpAttempt): Promise<CapturedResponse> => {
      // Nest has stopped asking for events, and nobody would run the handler.
      if (response.req.socket.destroyed) throw new NotExecutedError("the client has gone");
      setAttempt(incoming.request, attempt);
      const [events, answer] = answeredByEvents(next.handle(), response, held);
      resolve(watched(events, response, held));
      return answer;
    };
    const fail = (error: unknown): void => {
      held.release();
      reject(error);
    };
    guard.handle(incoming, run).then(finish).catch(fail);
  });
}

/** Pipes, handler and interceptors, and what only they know of their answer. */
function watched(handler: Observable<unknown>, response: ServerResponse, held: HeldResponse): Observable<unknown> {
  return handler.pipe(
    tap({
      next: (value) => {
        if (value instanceof StreamableFile) cutWhereItBreaks(value, response);
      },
      // Filters make the answer of it.
      error: (error: unknown) => held.note(error),
      // Nest stops an Observable whose client has gone, and then answers nobody.
      unsubscribe: () => {
        if (!response.writableEnded) response.destroy(new Error("the handler was stopped before its end"));
      },
    }),
  );
}

/** Nest 10 ends the answer of a file that fails in the middle as if it were whole; a retry would get half of it. */
function cutWhereItBreaks(file: StreamableFile, response: ServerResponse): void {
  const stream = file.getStream();
  stream.once("error", (error) => {
    if (response.headersSent && !stream.readableEnded) response.destroy(error);
  });
}
