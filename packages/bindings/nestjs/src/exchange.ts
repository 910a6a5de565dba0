import type { ServerResponse } from "node:http";
import { type CallHandler, StreamableFile } from "@nestjs/common";
import { NotExecutedError } from "@oncekey/core";
import type { Guard, Handled, Run } from "@oncekey/http";
import { HeldResponse, withEarlier } from "@oncekey/http/node";
import { EMPTY, type Observable, tap } from "rxjs";
import { answeredByEvents, takeHeld } from "./events.js";
import { attempts } from "./idempotent.js";
import type { Platform } from "./platform.js";

/**
 * Takes one request through the interceptor. This translates; every rule is the guard's.
 *
 * Nest writes an answer when all interceptors are done, filters included. So ours is done for Nest when the handler is, and
 * Nest writes into a held response, while we go on: the answer leaves when the guard says so.
 *
 * Resolves when the handler may run; rejects where Nest is to answer an error. Where we have answered it never settles:
 * nobody then waits for it, and nothing that would write an answer of its own goes on. `@Sse()` is different: Nest has begun
 * its answer already, so everything goes by way of what holds it, and Nest waits for events.
 *
 * @param ownHeaders Headers that stand on the handler, and are there already.
 */
export function exchange<Req extends object>(
  guard: Guard<Req>,
  { incoming, response, reply, earlier, answer, fail }: Platform<Req>,
  next: CallHandler,
  ownHeaders: readonly string[],
): Promise<Observable<unknown>> {
  const begun = takeHeld(response);
  let held = begun;
  return new Promise((resolve, reject) => {
    const run: Run = (attempt) => {
      // Nest has stopped asking for events, and nobody would run the handler.
      if (begun !== undefined && response.req.socket.destroyed) throw new NotExecutedError("the client has gone");
      attempts.set(incoming.request, attempt);
      held ??= new HeldResponse(response, guard.maxResponseBytes);
      const [handler, captured] =
        begun === undefined
          ? [next.handle(), held.captured]
          : answeredByEvents(next.handle(), response, begun.captured);
      resolve(watched(handler, response, held));
      return captured;
    };
    const finish = (handled: Handled): void => {
      const instead = handled.kind === "answer" ? handled.response : handled.kind === "threw" && handled.answer;
      // Errors are answered before we hear of them: what is let go then is what filters made, or a connection that was cut.
      if (!instead) held?.release();
      else if (held === undefined) {
        for (const name of ownHeaders) reply.removeHeader(name);
        answer(instead);
      } else {
        const others = earlier.filter(([name]) => !ownHeaders.includes(name));
        held.replaceWith(withEarlier(others, instead));
      }
      if (handled.kind === "pass") resolve(next.handle());
      else if (begun !== undefined) resolve(EMPTY);
    };
    const failed = (error: unknown): void => {
      reject(error);
      if (begun !== undefined) begun.release();
      else if (held !== undefined) {
        held.reset();
        // There is nobody to tell any more.
        if (!response.destroyed) fail(error);
      }
    };
    guard.handle(incoming, run).then(finish).catch(failed);
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
