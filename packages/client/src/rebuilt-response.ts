import { hasNullBody } from "../../http/src/protocol.js";
import type { FetchBody } from "./request-body.js";

/** The same response over another body. */
export function rebuilt(original: Response, body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers } = original;
  // Not every runtime's types know a stream of bytes for a body.
  const response = new Response(hasNullBody(status) ? null : (body as FetchBody), { status, statusText, headers });
  return from(original, response);
}

/** `Response` has no way to say where it came from, so that is laid over it, and over its copies. */
function from({ url, redirected, type }: Response, response: Response): Response {
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
    clone: { value: () => from(response, Response.prototype.clone.call(response)) },
  });
}
