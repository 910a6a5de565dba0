import { canonicalJson } from "#platform";
import { mediaTypeOf } from "./media-type.js";
import type { RequestDescription } from "./types.js";
import { utf8 } from "./utf8.js";

const decoder = new TextDecoder();

/**
 * The body as a JSON value, or `undefined` where it is not JSON or where parsing it would lose something (duplicate
 * names, digits beyond a double …). Made for the option `select` of {@link fingerprint}: a selection that is
 * `undefined` leaves the whole body to count, so nothing is lost that way either.
 *
 * @example
 * ```ts
 * import { jsonBody, type RequestDescription } from "@oncekey/core";
 *
 * // Everything counts but the time at which the client sent it.
 * const select = (request: RequestDescription) => {
 *   const body = jsonBody(request);
 *   return typeof body === "object" && body !== null ? { ...body, sentAt: undefined } : undefined;
 * };
 * ```
 */
export function jsonBody({ body, contentType }: RequestDescription): unknown {
  if (body === undefined || body === null || !mediaTypeOf(contentType).json) return undefined;
  if (typeof body === "object" && "parsed" in body) return body.parsed;
  if (typeof body === "object" && "sha256" in body) return undefined;
  const canonical = canonicalJson(typeof body === "string" ? utf8(body) : body);
  return canonical === undefined ? undefined : JSON.parse(decoder.decode(canonical));
}
