import type { OperationBody } from "./request-body.js";
import { copyHeaders, type RequestHeaders } from "./request-headers.js";

/** The arguments of `fetch`, taken apart. */
export interface RequestParts {
  readonly url: string;
  /** In upper case where it is one of the methods that `fetch` puts there. */
  readonly method: string;
  /** A copy, so that a key put into it is seen by nobody else. */
  readonly headers: RequestHeaders;
  readonly body: OperationBody | undefined;
  readonly signal: AbortSignal | undefined;
  /** Everything else that `fetch` was given, such as `credentials` or a `dispatcher`. */
  readonly rest: RequestInit;
}

type Init = Omit<RequestInit, "body"> & {
  readonly body?: OperationBody;
  readonly idempotencyKey?: string;
  readonly retry?: unknown;
};

/** Properties of a `Request` that are carried over; the others say nothing about what is sent. */
const CARRIED = ["credentials", "integrity", "keepalive", "mode", "redirect", "referrer", "referrerPolicy"] as const;

/** Takes apart what `fetch` takes: a URL or a `Request`, and an init that has the last word. */
export function requestParts(input: string | URL | Request, init: Init = {}): RequestParts {
  const { method, headers, body, signal, idempotencyKey: _key, retry: _retry, ...rest } = init;
  if (!(input instanceof Request)) {
    return {
      url: String(input),
      method: normalized(method ?? "GET"),
      headers: copyHeaders(headers),
      body,
      signal: signal ?? undefined,
      rest,
    };
  }
  if (input.bodyUsed && body === undefined) throw new TypeError("the body of this Request has been read already");
  return {
    url: input.url,
    method: normalized(method ?? input.method),
    headers: copyHeaders(headers ?? input.headers),
    body: body === undefined ? input.body : body,
    signal: signal === undefined ? input.signal : (signal ?? undefined),
    rest: { ...carried(input), ...rest },
  };
}

function carried(request: Request): RequestInit {
  return Object.fromEntries(CARRIED.map((name) => [name, request[name]]));
}

/** As `fetch` does it; PATCH is left alone there, and sent in lower case by mistake more often than on purpose. */
function normalized(method: string): string {
  const upper = method.toUpperCase();
  return ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"].includes(upper) ? upper : method;
}
