import { header } from "../../../http/src/protocol.js";
import type { ProtocolAdapter } from "../protocols/adapter.js";
import type { BodySnapshot } from "../request-body.js";
import type { JournaledRequest } from "./types.js";

/**
 * Request headers that may be written down. A list of what is harmless, not of what is secret: nobody knows all names
 * that secrets go by. Everything else has to be supplied again, by the call or by `prepare`.
 */
const HARMLESS: readonly string[] = ["accept", "accept-language", "content-type", "content-encoding", "prefer"];

/** What is written down of a request. */
export function journaledRequest(
  method: string,
  url: string,
  headers: Headers,
  body: BodySnapshot,
  { key }: ProtocolAdapter,
): JournaledRequest {
  const kept = new Set(key.in === "header" ? [...HARMLESS, key.name.toLowerCase()] : HARMLESS);
  return {
    method,
    url: absolute(url),
    headers: [...withContentType(headers, body)].filter(([name]) => kept.has(name)),
    body: bytesOf(body),
  };
}

function withContentType(headers: Headers, body: BodySnapshot): Headers {
  const complete = new Headers(headers);
  if (body.kind === "bytes" && body.contentType !== undefined && !complete.has(header.contentType)) {
    complete.set(header.contentType, body.contentType);
  }
  return complete;
}

/** Another process has another page, or none, to complete a relative URL by. */
function absolute(url: string): string {
  const page = Reflect.get(globalThis, "location")?.href;
  if (URL.canParse(url, page)) return new URL(url, page).href;
  throw new TypeError(`submit: ${JSON.stringify(url)} is not an absolute URL; a later process could not complete it`);
}

function bytesOf(body: BodySnapshot): Uint8Array | undefined {
  if (body.kind === "none") return undefined;
  if (body.kind === "bytes") return typeof body.body === "string" ? new TextEncoder().encode(body.body) : body.body;
  throw new TypeError(
    "submit: a journal keeps the bytes of the body; give a text, bytes, a form or a short stream instead of a function or a long stream",
  );
}
