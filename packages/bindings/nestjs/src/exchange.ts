import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import type { CallHandler } from "@nestjs/common";
import type { CompleteResponse, Guard, Handled } from "@oncekey/http";
import { HeldResponse } from "@oncekey/http/node";
import { type Observable, tap } from "rxjs";
import { setAttempt } from "./idempotent.js";
import type { Platform } from "./platform.js";

/**
 * One request on its way through the interceptor. This translates; every rule is the guard's.
 *
 * Nest writes an answer when all interceptors are done, filters included. So ours is done for Nest when the handler is, and
 * Nest writes into a held response, while we go on: the answer leaves when the guard says so.
 */
export class Exchange<Req extends object> {
  readonly #guard: Guard<Req>;
  readonly #platform: Platform<Req>;
  readonly #next: CallHandler;
  /** Headers that stand on the handler, and are there already. */
  readonly #ownHeaders: readonly string[];
  #held: HeldResponse | undefined;
  #earlier: Platform<Req>["earlier"] = [];
  #proceed: (handler: Observable<unknown>) => void = () => {};
  #failed: (error: unknown) => void = () => {};

  constructor(guard: Guard<Req>, platform: Platform<Req>, next: CallHandler, ownHeaders: readonly string[]) {
    this.#guard = guard;
    this.#platform = platform;
    this.#next = next;
    this.#ownHeaders = ownHeaders;
  }

  /**
   * Resolves when the handler may run; rejects where Nest is to answer an error. Where we have answered it never settles:
   * nobody then waits for it, and nothing that would write an answer of its own goes on.
   */
  run(): Promise<Observable<unknown>> {
    return new Promise((resolve, reject) => {
      this.#proceed = resolve;
      this.#failed = reject;
      this.#guard
        .handle(this.#platform.incoming, (attempt) => {
          const { incoming, response, earlier } = this.#platform;
          setAttempt(incoming.request, attempt);
          this.#earlier = earlier;
          this.#held = new HeldResponse(response, this.#guard.maxResponseBytes);
          resolve(this.#watched(this.#held));
          return this.#held.captured;
        })
        .then((handled) => this.#finish(handled))
        .catch((error: unknown) => this.#fail(error));
    });
  }

  #watched(held: HeldResponse): Observable<unknown> {
    const { response } = this.#platform;
    return this.#next.handle().pipe(
      tap({
        next: (value) => cutWhereItBreaks(value, response),
        // Pipes, handler and interceptors: filters make the answer of it.
        error: (error: unknown) => held.note(error),
        // Nest stops an Observable whose client has gone, and then answers nobody.
        unsubscribe: () => {
          if (!response.writableEnded) response.destroy(new Error("the handler was stopped before its end"));
        },
      }),
    );
  }

  #finish(handled: Handled): void {
    if (handled.kind === "pass") this.#proceed(this.#next.handle());
    else if (handled.kind === "executed") this.#held?.release();
    else if (handled.kind === "answer") this.#answer(handled.response);
    // Errors are answered before we hear of them: this one has cut its connection.
    else this.#held?.reset();
  }

  #answer(answer: CompleteResponse): void {
    if (this.#held === undefined) {
      for (const name of this.#ownHeaders) this.#platform.removeHeader(name);
      this.#platform.answer(answer);
      return;
    }
    const named = new Set(answer.headers.map(([name]) => name.toLowerCase()));
    const earlier = this.#earlier.filter(([name]) => !named.has(name));
    this.#held.replaceWith({ ...answer, headers: [...earlier, ...answer.headers] });
  }

  #fail(error: unknown): void {
    if (this.#held === undefined) {
      this.#failed(error);
      return;
    }
    this.#held.reset();
    // There is nobody to tell any more.
    if (!this.#platform.response.destroyed) this.#platform.fail(error);
  }
}

/** Nest 10 ends the answer of a `StreamableFile` that fails in the middle as if it were whole; a retry would get half of it. */
function cutWhereItBreaks(value: unknown, response: ServerResponse): void {
  if (!isFile(value)) return;
  const stream = value.getStream();
  stream.once("error", (error) => {
    if (response.headersSent && !stream.readableEnded) response.destroy(error);
  });
}

interface FileLike {
  getStream(): Readable;
}

/** As Nest tells it: by its shape, because there may be two copies of the class. */
function isFile(value: unknown): value is FileLike {
  return typeof value === "object" && value !== null && "getStream" in value && typeof value.getStream === "function";
}
