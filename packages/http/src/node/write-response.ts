import type { ServerResponse } from "node:http";
import type { CompleteResponse } from "../response.js";

/**
 * Sends a response whose bytes are all at hand. Headers that stand there already stay, unless the response has them too:
 * what an earlier middleware said about this exchange (CORS, a request id) is fresher than anything stored.
 */
export function writeResponse(
  res: ServerResponse,
  { status, headers, body }: CompleteResponse,
  end: (body?: Uint8Array) => void = (bytes) => res.end(bytes),
): void {
  res.statusCode = status;
  const seen = new Set<string>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) res.appendHeader(name, value);
    else res.setHeader(name, value);
    seen.add(lower);
  }
  if (body.byteLength > 0) end(body);
  else end();
}
