import { Attached } from "./attached.js";
import { type Captured, captureResponse, toResponse } from "./capture.js";
import { createGuard, type Guard } from "./guard.js";
import type { HttpAttempt } from "./http-attempt.js";
import type { GuardOptions } from "./options.js";
import { incomingRequest } from "./web-request.js";

/** A handler in the style of fetch; whatever the platform passes after the request goes through. */
export type FetchHandler<Rest extends readonly unknown[] = []> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/** Options of {@link protect}: those of every binding, and what fetch-style platforms need. */
export type ProtectOptions<Rest extends readonly unknown[] = []> = GuardOptions<Request> & {
  /** Keeps the work alive after the client has gone, where the platform would stop it: `(work, request, env, ctx) => ctx.waitUntil(work)`. */
  readonly waitUntil?: (work: Promise<unknown>, request: Request, ...rest: Rest) => void;
  /** Told of an error that the handler threw and that the client gets as a stored problem, so that it reaches nobody else. */
  readonly onError?: (error: unknown, request: Request, ...rest: Rest) => void;
};

/** A protected handler. */
export interface ProtectedHandler<Rest extends readonly unknown[] = []> {
  (request: Request, ...rest: Rest): Promise<Response>;
  /** Takes no new requests, and waits for running ones and for what is still to be stored. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}

const attempts = new Attached<HttpAttempt>("oncekey.attempt");

/** The attempt under which a handler runs; `undefined` where its request is not protected. */
export function attemptOf(request: Request): HttpAttempt | undefined {
  return attempts.of(request);
}

/**
 * Protects a fetch-style handler: Next.js, Bun, Deno, Workers, Remix, SvelteKit.
 *
 * The handler gets the very request that came, with its body unread. Its response is stored before the first byte of it
 * leaves; one that is larger than `maxResponseBytes` streams through once it is stored that it was given. What the
 * handler throws goes on to the platform, unless the policy stores failures: then the client gets what a retry will get.
 */
export function protect<Rest extends readonly unknown[] = []>(
  handler: FetchHandler<Rest>,
  options: ProtectOptions<Rest>,
): ProtectedHandler<Rest> {
  if (typeof handler !== "function") throw new TypeError(`protect: ${String(handler)} is not a handler`);
  const { waitUntil, onError, ...guardOptions } = options;
  const guard = createGuard<Request>(guardOptions);
  const protectedHandler = (request: Request, ...rest: Rest): Promise<Response> => {
    const work = answer(
      guard,
      request,
      async () => handler(request, ...rest),
      (error) => onError?.(error, request, ...rest),
    );
    // A rejection is for whoever awaits the response; what is still to be stored goes on after it.
    waitUntil?.(
      work.catch(() => {}).then(() => guard.idle()),
      request,
      ...rest,
    );
    return work;
  };
  return Object.assign(protectedHandler, { close: guard.close.bind(guard) });
}

async function answer(
  guard: Guard<Request>,
  request: Request,
  call: () => Promise<Response>,
  onError: (error: unknown) => void,
): Promise<Response> {
  if (!guard.covers(request.method)) return await call();
  let captured: Captured | undefined;
  const handled = await guard.handle(incomingRequest(request, request), async (attempt) => {
    attempts.set(request, attempt);
    captured = await captureResponse(await call(), guard.maxResponseBytes);
    return captured.response;
  });
  if (handled.kind === "pass") return await call();
  if (handled.kind === "executed" && captured !== undefined) return captured.send();
  captured?.drop();
  if (handled.kind === "answer") return toResponse(handled.response);
  if (handled.kind === "executed") throw new Error("unreachable: an executed handler has a captured response");
  if (handled.answer === undefined) throw handled.error;
  onError(handled.error);
  return toResponse(handled.answer);
}
