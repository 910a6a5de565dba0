import { readAnswer, type WholeAnswer } from "./answer.js";
import type { Clock } from "./clock.js";
import { NotBegun, sentBefore } from "./network-failure.js";

/** What one attempt came to; `aborted`: the caller left. */
export type AttemptResult =
  | { readonly kind: "answer"; readonly answer: WholeAnswer }
  | { readonly kind: "no-answer"; readonly sent: "no" | "maybe"; readonly error: unknown }
  | { readonly kind: "cut-off"; readonly status: number; readonly error: unknown }
  | { readonly kind: "aborted"; readonly reason: unknown };

export interface AttemptOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The longest answer that is read to its end; `undefined` passes every answer on unread. */
  readonly maxBytes: number | undefined;
}

/** Sends once, and waits for the end of the answer, the time-out or the caller's signal, whichever comes first. */
export function attempt(
  send: (signal: AbortSignal) => Promise<Response>,
  options: AttemptOptions,
): Promise<AttemptResult> {
  return new Promise((resolve) => new Attempt(options, resolve).begin(send));
}

class Attempt {
  readonly #options: AttemptOptions;
  readonly #resolve: (result: AttemptResult) => void;
  readonly #cancelTimer: () => void;
  readonly #controller = new AbortController();
  #status: number | undefined;
  #isOver = false;

  constructor(options: AttemptOptions, resolve: (result: AttemptResult) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#cancelTimer = options.clock.after(options.timeoutMs, () => this.#late());
  }

  begin(send: (signal: AbortSignal) => Promise<Response>): void {
    const { signal } = this.#options;
    if (signal?.aborted) {
      this.handleEvent();
      return;
    }
    signal?.addEventListener("abort", this, { once: true });
    void this.#receive(send);
  }

  /** The caller leaves, perhaps in the middle of a body that was passed on. */
  handleEvent(): void {
    const reason = this.#options.signal?.reason;
    this.#end({ kind: "aborted", reason });
    this.#controller.abort(reason);
  }

  #late(): void {
    // A timer that could not be stopped in time must not end a body that is passed on.
    if (this.#isOver) return;
    const error = new DOMException(`no whole answer within ${this.#options.timeoutMs} ms`, "TimeoutError");
    this.#end(failed(this.#status, error));
    this.#controller.abort(error);
  }

  async #receive(send: (signal: AbortSignal) => Promise<Response>): Promise<void> {
    try {
      const response = await send(this.#controller.signal);
      this.#status = response.status;
      this.#end({ kind: "answer", answer: await readAnswer(response, this.#options.maxBytes) });
    } catch (error) {
      this.#end(failed(this.#status, error));
    }
  }

  /** The first result counts. Not left to `send`: a fetch of somebody else's may not heed its signal. */
  #end(result: AttemptResult): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimer();
    this.#resolve(result);
    // A body that is passed on unread still ends when the caller leaves.
    if (result.kind === "answer" && result.answer.streaming) return;
    this.#options.signal?.removeEventListener("abort", this);
  }
}

function failed(status: number | undefined, error: unknown): AttemptResult {
  if (status !== undefined) return { kind: "cut-off", status, error };
  return { kind: "no-answer", sent: sentBefore(error), error: error instanceof NotBegun ? error.cause : error };
}
