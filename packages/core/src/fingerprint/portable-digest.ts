import type { Digest } from "./digest.js";
import { hmacSha256, sha256 } from "./sha256.js";
import { latin1Text } from "./utf8.js";

/** Plain JavaScript: the same answers in every runtime. */
export const portableDigest: Digest = {
  raw: (bytes) => latin1Text(sha256(bytes)),
  base64url: (bytes) => base64url(sha256(bytes)),
  hmac: (key, bytes) => base64url(hmacSha256(key, bytes)),
};

/** base64url without padding (RFC 4648, section 5). */
function base64url(bytes: Uint8Array): string {
  return btoa(latin1Text(bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
