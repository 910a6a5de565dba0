import type { ServerResponse } from "node:http";
import { type CallHandler, StreamableFile } from "@nestjs/common";
import { NotExecutedError } from "@oncekey/core";
import type { CapturedResponse, CompleteResponse, Handled, HttpAttempt } from "@oncekey/http";
import {
  Attached,
  HeldResponse,
  headerLinesOf,
  nodeIncoming,
  sendReply,
  withEarlier,
  writeResponse,
} from "@oncekey/http/node";
import { EMPTY, fromEvent, type Observable, takeUntil, tap } from "rxjs";
import type { Plan } from "./handlers.js";
import type { PlatformRequest, Sides } from "./platform.js";

/** The attempts under which requests run. */
export const attempts = new Attached<HttpAttempt>("oncekey.attempt");

/** The answers of `@Sse()` handlers that are held already. */
const begunAnswers = new WeakMap<ServerResponse, HeldResponse>();

/**
 * Holds the answer of a protected `@Sse()` handler, until somebody takes it over. What is complete before that, such as a
 * guard's refusal, goes its way.
 */
export function holdEvents(response: ServerResponse, maxBytes: number): void {
  // It may stand on a controller and on its handler.
  if (begunAnswers.has(response)) return;
  const held = new HeldResponse(response, maxBytes);
  const letGo = () => {
    if (begunAnswers.delete(response)) held.release();
  };
  begunAnswers.set(response, held);
  held.captured.then(letGo, letGo);
}

/**
 * Takes one request through the interceptor. This translates; every rule is the guard's.
 *
 * Nest writes an answer when all interceptors are done, filters included. So ours is done for Nest when the handler is, and
 * Nest writes into a held response, while we go on: the answer leaves when the guard says so.
 *
 * Resolves when the handler may run; rejects where Nest is to answer an error. Where we have answered it never settles:
 * nobody then waits for it, and nothing that would write an answer of its own goes on. `@Sse()` is different: Nest has begun
 * its answer already, so everything goes by way of what holds it, and Nest waits for events.
 */
export function exchange<Req extends PlatformRequest>(
  { guard, ownHeaders }: Plan<Req>,
  { request, reply, response, fail }: Sides<Req>,
  next: CallHandler,
): Promise<Observable<unknown>> {
  /** What has been said about this exchange before the handler, where that is not on `response` already. */
  const earlier = "raw" in reply ? headerLinesOf(reply.getHeaders()) : [];
  const begun = begunAnswers.get(response);
  begunAnswers.delete(response);
  let held = begun;
  return new Promise((resolve, reject) => {
    const run = (attempt: HttpAttempt): Promise<CapturedResponse> => {
      // Nest has stopped asking for events, and nobody would run the handler.
      if (begun && response.req.socket.destroyed) throw new NotExecutedError("the client has gone");
      attempts.set(request, attempt);
      held ??= new HeldResponse(response, guard.maxResponseBytes);
      const [handler, captured] = watched(next.handle(), response, held, begun !== undefined);
      resolve(handler);
      return captured;
    };
    const putInPlace = (instead: CompleteResponse): void => {
      if (held) {
        const others = earlier.filter(([name]) => !ownHeaders.includes(name));
        held.replaceWith(withEarlier(others, instead));
        return;
      }
      for (const name of ownHeaders) reply.removeHeader(name);
      if ("raw" in reply) sendReply(reply, instead);
      else writeResponse(reply, instead);
    };
    const finish = (handled: Handled): void => {
      const instead = handled.kind === "answer" ? handled.response : handled.kind === "threw" && handled.answer;
      if (instead) putInPlace(instead);
      // Errors are answered before we hear of them: what is let go then is what filters made, or a connection that was cut.
      else held?.release();
      if (handled.kind === "pass") resolve(next.handle());
      else if (begun) resolve(EMPTY);
    };
    const failed = (error: unknown): void => {
      reject(error);
      if (begun) begun.release();
      else if (held) {
        held.reset();
        // There is nobody to tell any more.
        if (!response.destroyed) fail(error);
      }
    };
    guard
      .handle(nodeIncoming<Req>(request, "raw" in reply ? (request.raw ?? request) : request, request), run)
      .then(finish)
      .catch(failed);
  });
}

/**
 * Pipes, handler and interceptors, and what only they know of their answer.
 *
 * Events are the answer from the first one on: what Nest has sent before says nothing about the handler. One that failed
 * before has answered what filters made of it, if there was still something to make.
 */
function watched(
  handler: Observable<unknown>,
  response: ServerResponse,
  held: HeldResponse,
  sendsEvents: boolean,
): readonly [handler: Observable<unknown>, answer: Promise<CapturedResponse>] {
  const { captured } = held;
  let begin = (_event?: unknown): void => {};
  let fail = (_error: unknown): void => {};
  // Nest 10 learns by the request that its client has gone, which says nothing once its body has been read.
  const source = sendsEvents ? handler.pipe(takeUntil(fromEvent(response, "close"))) : handler;
  const watching = source.pipe(
    tap({
      next: (value) => {
        begin();
        if (value instanceof StreamableFile) cutWhereItBreaks(value, response);
      },
      complete: () => begin(),
      error: (error: unknown) => {
        // Filters make the answer of it.
        held.note(error);
        fail(error);
      },
      // Nest stops an Observable whose client has gone, and then answers nobody.
      unsubscribe: () => {
        const stopped = new Error("the handler was stopped before its end");
        fail(stopped);
        if (!response.writableEnded) response.destroy(stopped);
      },
    }),
  );
  if (!sendsEvents) return [watching, captured];
  const first = new Promise<unknown>((resolve, reject) => {
    begin = resolve;
    fail = reject;
  });
  const answer = first.catch(async (error: unknown) => {
    if ((await captured).body === undefined) throw error;
  });
  return [watching, answer.then(() => captured)];
}

/** Nest 10 ends the answer of a file that fails in the middle as if it were whole; a retry would get half of it. */
function cutWhereItBreaks(file: StreamableFile, response: ServerResponse): void {
  const stream = file.getStream();
  stream.once("error", (error) => {
    if (response.headersSent && !stream.readableEnded) response.destroy(error);
  });
}
