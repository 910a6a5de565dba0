import { readAnswer, type WholeAnswer } from "./answer.js";
import type { Clock } from "./clock.js";
import { sentBefore } from "./network-failure.js";

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
  { clock, timeoutMs, signal, maxBytes }: AttemptOptions,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const controller = new AbortController();
    let status: number | undefined;
    // The first result counts. Not left to `send`: a fetch of somebody else's may not heed its signal.
    const end = (result: AttemptResult) => {
      cancelTimer();
      // A body that is passed on unread still ends when the caller leaves.
      const streaming = result.kind === "answer" && result.answer.streaming;
      if (!streaming) signal?.removeEventListener("abort", leave);
      resolve(result);
    };
    const fail = (error: unknown) => end(failed(status, error));
    const cancelTimer = clock.after(timeoutMs, () => {
      const error = new DOMException(`no whole answer within ${timeoutMs} ms`, "TimeoutError");
      fail(error);
      controller.abort(error);
    });
    const leave = () => {
      end({ kind: "aborted", reason: signal?.reason });
      controller.abort(signal?.reason);
    };
    const receive = async () => {
      try {
        const response = await send(controller.signal);
        status = response.status;
        end({ kind: "answer", answer: await readAnswer(response, maxBytes) });
      } catch (error) {
        fail(error);
      }
    };
    if (signal?.aborted) return leave();
    signal?.addEventListener("abort", leave, { once: true });
    void receive();
  });
}

function failed(status: number | undefined, error: unknown): AttemptResult {
  if (status !== undefined) return { kind: "cut-off", status, error };
  return { kind: "no-answer", sent: sentBefore(error), error };
}
