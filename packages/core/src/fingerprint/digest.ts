import { latin1Bytes } from "./utf8.js";

/** The hashes this package needs, synchronous. Raw digests travel as texts of one code unit per byte: no allocation. */
export interface Digest {
  /** SHA-256 as 32 code units of one byte each. */
  raw(bytes: Uint8Array): string;
  /** SHA-256 as 43 characters of base64url. */
  base64url(bytes: Uint8Array): string;
  /** HMAC-SHA-256 as 43 characters of base64url. */
  hmac(key: Uint8Array, bytes: Uint8Array): string;
}

/** The bytes of a base64url text without padding (RFC 4648, section 5), or `undefined` if it is none. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  return latin1Bytes(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
}

type NodeCrypto = ReturnType<typeof process.getBuiltinModule<"node:crypto">>;

/** Node's hashes. */
export function nativeDigest({ createHash, createHmac, hash }: NodeCrypto): Digest {
  const algorithm = "sha256";
  // One call into the runtime costs half of an object with two methods; not every runtime that has the module has it.
  const digest: (bytes: Uint8Array, encoding: "binary" | "base64url") => string =
    typeof hash === "function"
      ? (bytes, encoding) => hash(algorithm, bytes, encoding)
      : (bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);
  return {
    raw: (bytes) => digest(bytes, "binary"),
    base64url: (bytes) => digest(bytes, "base64url"),
    hmac: (key, bytes) => createHmac(algorithm, key).update(bytes).digest("base64url"),
  };
}
