import { Netstrings, platformDigest } from "#platform";
import { type Digest, fromBase64url } from "./fingerprint/digest.js";

const ID_BYTES = 32;

const identity = /* @__PURE__ */ new Netstrings("idempotency-key/1");
const derivation = /* @__PURE__ */ new Netstrings("idempotency-derive/1");

/**
 * The name under which a store keeps the record of one key: 43 characters of base64url, a SHA-256 of all three parts.
 *
 * The parts cannot run into each other, whatever characters they hold, and nothing that a caller chose and nothing
 * personal gets into a store's key. The same key in two scopes is two records.
 *
 * @param namespace what the records belong to, one per application that shares a store
 * @param scope whose key it is, taken from the authenticated caller
 * @param key the idempotency key, compared byte by byte
 */
export function recordId(namespace: string, scope: string, key: string): string {
  return recordIdWith(platformDigest, namespace, scope, key);
}

/** {@link recordId} on the given hashes. */
export function recordIdWith(digest: Digest, namespace: string, scope: string, key: string): string {
  return digest.base64url(identity.reset().text(namespace).text(scope).text(key).bytes());
}

/** How a derived key is written: 43 characters of base64url, or 36 as a UUID for APIs that ask for one. */
export type DerivedKeyFormat = "base64url" | "uuid";

/**
 * An idempotency key for a call to another API made while serving a key: the same in every attempt, another for every
 * `name`, and nothing that lets the other API guess the caller's key.
 *
 * @param id the record's id, as {@link recordId} made it
 * @param name what the call is for, unique within the operation
 * @param format default `base64url`. A `uuid` is version 8 (RFC 9562): 122 bits of the same digest.
 * @throws TypeError if `id` is no record id
 */
export function deriveKey(id: string, name: string, format: DerivedKeyFormat = "base64url"): string {
  return deriveKeyWith(platformDigest, id, name, format);
}

/** {@link deriveKey} on the given hashes. */
export function deriveKeyWith(digest: Digest, id: string, name: string, format: DerivedKeyFormat): string {
  const raw = fromBase64url(id);
  if (raw?.length !== ID_BYTES) throw new TypeError(`A record id has 43 characters of base64url, but this is "${id}".`);
  const preimage = derivation.reset().raw(raw).text(name).bytes();
  return format === "uuid" ? uuid(digest.raw(preimage)) : digest.base64url(preimage);
}

/** A version 8 UUID out of the first 16 bytes: six bits of them give way to the version and the variant. */
function uuid(bytes: string): string {
  let hex = "";
  for (let index = 0; index < 16; index++) {
    let byte = bytes.charCodeAt(index);
    if (index === 6) byte = (byte & 0x0f) | 0x80;
    if (index === 8) byte = (byte & 0x3f) | 0x80;
    hex += byte.toString(16).padStart(2, "0");
  }
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
