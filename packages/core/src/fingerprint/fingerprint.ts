import { canonicalJson, platformDigest } from "#platform";
import { canonicalValue } from "./canonical-value.js";
import type { Digest } from "./digest.js";
import { type MediaType, mediaTypeOf } from "./media-type.js";
import { multipartDigest } from "./multipart.js";
import { Preimage, requireText } from "./preimage.js";
import type { Fingerprint, FingerprintKind, FingerprintOptions, RequestDescription, Secret } from "./types.js";
import { latin1Text, utf8 } from "./utf8.js";

const NO_OPTIONS: FingerprintOptions = {};
const EMPTY = new Uint8Array(0);
const preimage = /* @__PURE__ */ new Preimage();

/**
 * Says in 46 characters what a request asks for, so that a key that comes back with another request is noticed.
 *
 * Two requests have the same fingerprint if and only if method, path, query, media type, bound headers and body say the
 * same. For a JSON body that is a matter of its values: the order of members, white space, escapes and the spelling of
 * numbers do not count. Where the canonical form (RFC 8785) would lose something (duplicate names, digits beyond a
 * double, lone surrogates, depth over 200) or the body is no JSON, its bytes count. Multipart bodies are compared part
 * by part, since their boundary changes with every attempt.
 *
 * Never compare fingerprints of different keys to find duplicates: two people may well ask for the same thing.
 *
 * Synchronous; does not keep the body. No bytes, whatever they are, make it throw.
 *
 * @throws TypeError for a description or option of the wrong shape, and for an already parsed body that is not made of
 * JSON values.
 */
export function fingerprint(request: RequestDescription, options: FingerprintOptions = NO_OPTIONS): Fingerprint {
  return fingerprintWith(platformDigest, request, options);
}

/** {@link fingerprint} on the given hashes. */
export function fingerprintWith(digest: Digest, request: RequestDescription, options: FingerprintOptions): Fingerprint {
  const mediaType = mediaTypeOf(request.contentType);
  const selected = options.select?.(request);
  const body = selected === undefined ? hashBody(digest, request, mediaType) : hashSelection(digest, selected);
  return sign(digest, body.kind, preimage.bytes(request, mediaType.essence, body.kind, body.digest), options.hmacKey);
}

interface HashedBody {
  readonly kind: FingerprintKind;
  /** The SHA-256 of the canonical body, one code unit per byte. */
  readonly digest: string;
}

function hashBody(digest: Digest, { body, contentType }: RequestDescription, mediaType: MediaType): HashedBody {
  if (typeof body === "object" && body !== null && !(body instanceof Uint8Array)) {
    return "sha256" in body ? takeDigest(digest, body.sha256, mediaType) : hashParsed(digest, body);
  }
  const bytes = bytesOf(body);
  if (bytes.length === 0) return { kind: "none", digest: digest.raw(bytes) };
  if (mediaType.json) {
    const canonical = canonicalJson(bytes);
    if (canonical !== undefined) return { kind: "json", digest: digest.raw(canonical) };
  }
  if (mediaType.multipart) {
    const parts = multipartDigest(bytes, contentType ?? "", digest);
    if (parts !== undefined) return { kind: "multipart", digest: digest.raw(parts) };
  }
  return { kind: "raw", digest: digest.raw(bytes) };
}

function bytesOf(body: Uint8Array | string | null | undefined): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (body === undefined || body === null || body === "") return EMPTY;
  requireText("body", body);
  return utf8(body);
}

function hashParsed(digest: Digest, body: object): HashedBody {
  const parsed: unknown = "parsed" in body ? body.parsed : undefined;
  if (parsed === undefined) {
    throw new TypeError(
      "A request's body must be a Uint8Array, a string or { parsed: value }. " +
        "An object that a framework made of the body goes into `parsed`; an unread body must be read first.",
    );
  }
  const { text, exact } = canonicalValue(parsed);
  return { kind: exact ? "json" : "parsed", digest: digest.raw(utf8(text)) };
}

function takeDigest(digest: Digest, sha256: unknown, mediaType: MediaType): HashedBody {
  if (!(sha256 instanceof Uint8Array) || sha256.length !== 32) {
    throw new TypeError("A body's `sha256` must be a Uint8Array of 32 bytes.");
  }
  if (mediaType.json || mediaType.multipart) {
    throw new TypeError(
      `A digest cannot stand for a body of type ${mediaType.essence}, which counts by what it says; hand over the body. ` +
        "comparesBytes() tells for which types it can.",
    );
  }
  const given = latin1Text(sha256);
  return { kind: given === digest.raw(EMPTY) ? "none" : "raw", digest: given };
}

function hashSelection(digest: Digest, selected: unknown): HashedBody {
  return { kind: "custom", digest: digest.raw(utf8(canonicalValue(selected).text)) };
}

function sign(digest: Digest, kind: FingerprintKind, bytes: Uint8Array, hmacKey: FingerprintOptions["hmacKey"]) {
  if (hmacKey === undefined) return { value: `s1:${digest.base64url(bytes)}`, kind };
  const secrets: readonly Secret[] = Array.isArray(hmacKey) ? hmacKey : [hmacKey];
  const [value, ...alternates] = secrets.map((secret) => `h1:${digest.hmac(secretBytes(secret), bytes)}`);
  if (value === undefined) throw new TypeError("The option `hmacKey` is an empty list; give one secret at least.");
  return alternates.length === 0 ? { value, kind } : { value, kind, alternates };
}

function secretBytes(secret: Secret): Uint8Array {
  const bytes = typeof secret === "string" ? utf8(secret) : secret;
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes;
  throw new TypeError(
    "The option `hmacKey` must be a secret that is not empty (a string or bytes), or a list of them.",
  );
}
