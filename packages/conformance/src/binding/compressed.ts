import type { FetchHandler } from "./fetch-app.js";

/** Compresses answers of text for clients that accept gzip, as a server in front of its routes does. */
export function compressed(next: FetchHandler): FetchHandler {
  return async (request) => {
    const response = await next(request);
    const accepted = (request.headers.get("accept-encoding") ?? "").includes("gzip");
    const { status, headers, body } = response;
    const isText = (headers.get("content-type") ?? "").startsWith("text/");
    if (body === null || !accepted || !isText || headers.has("content-encoding")) return response;
    const coded = new Headers(headers);
    coded.set("content-encoding", "gzip");
    coded.delete("content-length");
    return new Response(body.pipeThrough(new CompressionStream("gzip")), { status, headers: coded });
  };
}
