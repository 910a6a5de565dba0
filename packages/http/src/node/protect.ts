import type { IncomingMessage, ServerResponse } from "node:http";
import { Attached } from "../attached.js";
import { createGuard, type Guard, type Handled } from "../guard.js";
import type { HttpAttempt } from "../http-attempt.js";
import type { GuardOptions } from "../options.js";
import type { CapturedResponse, CompleteResponse } from "../response.js";
import { HeldResponse } from "./held-response.js";
import { rawIncoming } from "./incoming.js";
import { writeResponse } from "./write-response.js";

/** What `node:http` calls for a request. What it returns is awaited. */
export type Listener = (req: IncomingMessage, res: ServerResponse) => unknown;

/** Options of {@link protect}: those of every binding, and who hears of errors. */
export type ListenerOptions = GuardOptions<IncomingMessage> & {
  /** Told of an error that the listener threw and that the client gets as a stored problem, so that it reaches nobody else. */
  readonly onError?: (error: unknown, req: IncomingMessage) => void;
};

/** A protected listener. */
export interface ProtectedListener {
  /** Settles when the listener has; rejects with what it failed with, for whoever called to answer. */
  (req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

const attempts = new Attached<HttpAttempt>("oncekey.attempt");

/** The attempt under which a listener runs; `undefined` where its request is not protected. */
export function attemptOf(req: IncomingMessage): HttpAttempt | undefined {
  return attempts.of(req);
}

/**
 * Protects a listener of `node:http` or `node:https`.
 *
 * The listener writes as usual, and may read the body, which is put back for it. What it writes leaves once it is stored;
 * what is larger than `maxResponseBytes`, and events, once it is stored that they were given. A failure before the end of
 * the answer frees the key and rejects, with nothing sent, unless the policy stores failures: then the client gets what a
 * retry will get.
 */
export function protect(listener: Listener, options: ListenerOptions): ProtectedListener {
  if (typeof listener !== "function") throw new TypeError(`protect: ${String(listener)} is not a listener`);
  const { onError, ...guardOptions } = options;
  const guard = createGuard<IncomingMessage>(guardOptions);
  const protectedListener = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const call = async () => listener(req, res);
    if (guard.covers(req.method ?? "")) await exchange(guard, req, res, call, (error) => onError?.(error, req));
    else await call();
  };
  return Object.assign(protectedListener, { close: guard.close.bind(guard) });
}

/** One request on its way to the listener and back. This translates; every rule is the guard's. */
async function exchange(
  guard: Guard<IncomingMessage>,
  req: IncomingMessage,
  res: ServerResponse,
  call: () => Promise<unknown>,
  onError: (error: unknown) => void,
): Promise<void> {
  let held: HeldResponse | undefined;
  let running: Promise<unknown> | undefined;
  const run = (attempt: HttpAttempt): Promise<CapturedResponse> => {
    attempts.set(req, attempt);
    held = new HeldResponse(res, guard.maxResponseBytes);
    const { captured } = held;
    running = call();
    const failed = running;
    // Not when it is done: a listener may go on when its answer is complete, or for as long as its client listens to events.
    return new Promise((resolve, reject) => {
      captured.then(resolve, reject);
      failed.then(undefined, reject);
    });
  };
  const { method = "", url = "/" } = req;
  const incoming = rawIncoming(req, method, url, req);
  try {
    const handled = await guard.handle(incoming, run);
    if (handled.kind === "pass") running = call();
    else if (handled.kind === "executed") held?.release();
    else {
      const answer = answerOf(handled, onError);
      if (held === undefined) writeResponse(res, answer);
      else held.replaceWith(answer);
      if (handled.kind === "threw") return;
    }
  } catch (error) {
    held?.reset();
    throw error;
  }
  await running;
}

function answerOf(
  handled: Extract<Handled, { kind: "answer" | "threw" }>,
  onError: (error: unknown) => void,
): CompleteResponse {
  if (handled.kind === "answer") return handled.response;
  if (handled.answer === undefined) throw handled.error;
  onError(handled.error);
  return handled.answer;
}
