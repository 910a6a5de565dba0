import { readUpTo } from "./byte-stream.js";
import { type Captured, capture, toResponse } from "./capture.js";
import { createGuard, type Guard } from "./guard.js";
import type { HttpAttempt } from "./http-attempt.js";
import type { Incoming, RequestBody } from "./incoming.js";
import type { GuardOptions } from "./options.js";
import { header } from "./protocol.js";

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

const host = header.host.toLowerCase();

const attempts = new WeakMap<Request, HttpAttempt>();

/** The attempt under which a handler runs; `undefined` where its request is not protected. */
export function attemptOf(request: Request): HttpAttempt | undefined {
  return attempts.get(request);
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
    // A rejection is for whoever awaits the response.
    waitUntil?.(
      work.catch(() => {}),
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
  const handled = await guard.handle(incomingOf(request), async (attempt) => {
    attempts.set(request, attempt);
    captured = await capture(await call(), guard.maxResponseBytes);
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

function incomingOf(request: Request): Incoming<Request> {
  return {
    request,
    method: request.method,
    target: targetOf(request.url),
    lines: (name) => request.headers.get(name) ?? (name === host ? new URL(request.url).host : null),
    readBody: (maxBytes) => readBody(request, maxBytes),
  };
}

/** Path and query of a URL as they stand there. */
function targetOf(url: string): string {
  const authority = url.indexOf("//") + 2;
  const path = url.indexOf("/", authority);
  const end = url.indexOf("#", authority);
  return path < 0 ? "/" : url.slice(path, end < 0 ? undefined : end);
}

async function readBody(request: Request, maxBytes: number): Promise<RequestBody> {
  if (request.bodyUsed) {
    throw new TypeError(
      "the request's body was read before protect(); let the protected handler be the first to read it",
    );
  }
  if (request.body === null || request.body === undefined) return undefined;
  if (Number(request.headers.get(header.contentLength) ?? 0) > maxBytes) return "too-large";
  // A copy is read, so that the handler gets the platform's own request, with all that only it has, and an unread body.
  const copy = request.clone().body;
  if (copy === null) return undefined;
  const beginning = await readUpTo(copy, maxBytes);
  if (beginning.whole) return beginning.bytes;
  // The copy's other half is still unread, and until it is cancelled too nobody answers this.
  void beginning.reader.cancel();
  return "too-large";
}
