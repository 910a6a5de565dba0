import { fromBase64url, platformDigest } from "./fingerprint/digest.js";
import { netstrings } from "./fingerprint/netstrings.js";

/**
 * The id under which a store keeps a key: 43 characters of base64url.
 *
 * The hash of the namespace, the scope and the key, each with its length, so that no choice of delimiters in one can be
 * mistaken for another, and nothing that a client sent, or that names a person, stands in a store's keys.
 */
export function recordId(namespace: string, scope: string, key: string): string {
  return platformDigest.base64url(netstrings.reset().text("idempotency-key/1").text(namespace).text(scope).text(key).bytes());
}

/**
 * A key for a downstream call: the same in every attempt of one operation, different for each `name`.
 *
 * `"base64url"` (default) has 43 characters; `"uuid"` is for APIs that take no more than 36.
 */
export function deriveKey(id: string, name: string, format: "base64url" | "uuid" = "base64url"): string {
  const raw = fromBase64url(id);
  if (raw?.length !== 32) throw new TypeError(`deriveKey: ${JSON.stringify(id)} is not what recordId() returns`);
  const bytes = netstrings.reset().text("idempotency-derive/1").raw(raw).text(name).bytes();
  if (format === "base64url") return platformDigest.base64url(bytes);
  return asUuid(platformDigest.raw(bytes));
}

/** A version 8 UUID (RFC 9562, section 5.8): 122 bits of the hash. */
function asUuid(digest: string): string {
  const hex = Array.from(digest.slice(0, 16), (character, index) => {
    const byte = character.charCodeAt(0);
    const marked = index === 6 ? (byte & 0x0f) | 0x80 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, "0");
  }).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
