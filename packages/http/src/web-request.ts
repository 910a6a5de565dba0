import { readUpTo } from "./byte-stream.js";
import type { Incoming, RequestBody } from "./incoming.js";
import { header } from "./protocol.js";

const host = /* @__PURE__ */ header.host.toLowerCase();

/** A Web Request, as the guard asks about it. `request` is what the functions of the options are given. */
export function incomingRequest<Req>(web: Request, request: Req): Incoming<Req> {
  return {
    request,
    method: web.method,
    target: targetOf(web.url),
    lines: (name) => web.headers.get(name) ?? (name === host ? new URL(web.url).host : null),
    readBody: (maxBytes) => readBody(web, maxBytes),
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
      "the request's body was read before the idempotency check; let the protected handler be the first to read it",
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
