import { hmacSha256, sha256 } from "./sha256.js";
import { latin1Bytes, latin1Text } from "./utf8.js";

/** The hashes this package needs, synchronous. Raw digests travel as texts of one code unit per byte: no allocation. */
export interface Digest {
  /** SHA-256 as 32 code units of one byte each. */
  raw(bytes: Uint8Array): string;
  /** SHA-256 as 43 characters of base64url. */
  base64url(bytes: Uint8Array): string;
  /** HMAC-SHA-256 as 43 characters of base64url. */
  hmac(key: Uint8Array, bytes: Uint8Array): string;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** base64url without padding (RFC 4648, section 5). */
function base64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const characters = Math.min(4, bytes.length - at + 1);
    for (let index = 0; index < characters; index++) text += ALPHABET.charAt((group >> (18 - 6 * index)) & 63);
  }
  return text;
}

/** The bytes of a base64url text without padding, or `undefined` if it is none. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  let bits = 0;
  let held = 0;
  let bytes = "";
  for (const character of text) {
    held = ((held << 6) | ALPHABET.indexOf(character)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += String.fromCharCode((held >> bits) & 0xff);
  }
  return latin1Bytes(bytes);
}

/** Plain JavaScript: the same answers in every runtime. */
export const portableDigest: Digest = {
  raw: (bytes) => latin1Text(sha256(bytes)),
  base64url: (bytes) => base64url(sha256(bytes)),
  hmac: (key, bytes) => base64url(hmacSha256(key, bytes)),
};

function nativeDigest(): Digest | undefined {
  // Asked for at run time, so that no bundler ever sees an import of a Node module.
  if (typeof process === "undefined" || typeof process.getBuiltinModule !== "function") return undefined;
  const crypto = process.getBuiltinModule("node:crypto");
  if (crypto === undefined) return undefined;
  const { createHash, createHmac, hash } = crypto;
  const hmac: Digest["hmac"] = (key, bytes) => createHmac("sha256", key).update(bytes).digest("base64url");
  // One call into the runtime costs half of an object with two methods; not every runtime that has the module has it.
  if (typeof hash === "function") {
    return {
      raw: (bytes) => hash("sha256", bytes, "binary"),
      base64url: (bytes) => hash("sha256", bytes, "base64url"),
      hmac,
    };
  }
  return {
    raw: (bytes) => createHash("sha256").update(bytes).digest("binary"),
    base64url: (bytes) => createHash("sha256").update(bytes).digest("base64url"),
    hmac,
  };
}

/** The runtime's own hashes where it has them, else {@link portableDigest}. */
export const platformDigest: Digest = /* @__PURE__ */ nativeDigest() ?? portableDigest;
