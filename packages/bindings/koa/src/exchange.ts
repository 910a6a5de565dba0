import { STATUS_CODES } from "node:http";
import { finished, Readable } from "node:stream";
import type { CapturedResponse, CompleteResponse, Guard, Handled, HttpAttempt } from "@oncekey/http";
import { HeldResponse, nodeIncoming } from "@oncekey/http/node";
import type { Context, Next } from "koa";

/**
 * One request on its way through the middleware. This translates; every rule is the guard's.
 *
 * Koa writes an answer when all middleware is done. So ours is done for Koa when the handler is, and Koa writes into a held
 * response, while we go on: the answer leaves when the guard says so.
 */
export class Exchange {
  readonly #guard: Guard<Context>;
  readonly #ctx: Context;
  readonly #next: Next;
  #held: HeldResponse | undefined;
  #done: () => void = () => {};
  #failed: (error: unknown) => void = () => {};

  constructor(guard: Guard<Context>, ctx: Context, next: Next) {
    this.#guard = guard;
    this.#ctx = ctx;
    this.#next = next;
  }

  /** Settles when the middleware around us may go on. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#guard
        .handle(nodeIncoming(this.#ctx, this.#ctx.req, this.#ctx.request), (attempt) => this.#runHandler(attempt))
        .then((handled) => this.#finish(handled))
        .catch((error: unknown) => this.#fail(error));
    });
  }

  #runHandler(attempt: HttpAttempt): Promise<CapturedResponse> {
    this.#ctx.idempotency = attempt;
    this.#held = new HeldResponse(this.#ctx.res, this.#guard.maxResponseBytes);
    // A handler that writes by itself may go on for as long as its client listens.
    void this.#runRest(this.#held);
    return this.#held.captured;
  }

  async #runRest(held: HeldResponse): Promise<void> {
    try {
      await this.#next();
      this.#watchBody();
      this.#done();
    } catch (error) {
      held.note(error);
      // Whoever answers errors, middleware around us or Koa, writes into the held response.
      this.#failed(error);
    }
  }

  /** Koa 2 leaves an answer open for ever whose stream fails in the middle. */
  #watchBody(): void {
    const { body, res } = this.#ctx;
    if (!(body instanceof Readable)) return;
    finished(body, { writable: false }, (error) => {
      // A stream that somebody around us has replaced is nobody's loss.
      const lost = this.#ctx.body === body || body.errored !== null;
      if (error && lost && !res.writableEnded) res.destroy(error);
    });
  }

  #finish(handled: Handled): void {
    if (handled.kind === "pass") this.#next().then(this.#done, this.#failed);
    else if (handled.kind === "executed") this.#held?.release();
    else if (handled.kind === "threw") this.#held?.reset();
    else if (this.#held === undefined) this.#answer(handled.response);
    else this.#held.replaceWith(handled.response);
  }

  /** By Koa's own way, so that the middleware around us has its say: compression, entity tags. */
  #answer({ status, headers, body }: CompleteResponse): void {
    const { res, response } = this.#ctx;
    response.body = Buffer.from(body);
    response.remove("Content-Type");
    const own = new Set<string>();
    for (const [name, value] of headers) {
      if (own.has(name)) response.append(name, value);
      else response.set(name, value);
      own.add(name);
    }
    // Koa refuses statuses that have no name.
    res.statusCode = status;
    res.statusMessage = STATUS_CODES[status] ?? "";
    this.#done();
  }

  #fail(error: unknown): void {
    if (this.#held === undefined) {
      this.#failed(error);
      return;
    }
    this.#held.reset();
    // The middleware is done, so only Koa itself can answer; it tells the application's listeners.
    this.#ctx.onerror(error instanceof Error ? error : new Error(String(error)));
  }
}
