/** A body that a framework has parsed already, when its bytes are gone. */
export interface ParsedBody {
  /** The parser's value. Equal to the JSON text it came from wherever that text had a canonical form. */
  readonly parsed: unknown;
}

/** A body that is not read here: only its digest is known, from somebody who has read all of it. */
export interface DigestedBody {
  /**
   * SHA-256 of the body with content codings removed, 32 bytes. Gives the fingerprint that the bytes would give. Only for
   * media types of which {@link comparesBytes} is true.
   */
  readonly sha256: Uint8Array;
}

/** What a request says, as far as the fingerprint is concerned. */
export interface RequestDescription {
  /** The method; its case does not count. */
  readonly method: string;
  /** The path exactly as it stands in the request's target: nothing is decoded, nothing put in order. */
  readonly path: string;
  /** The query exactly as it stands in the request's target, without the `?`. Default: empty. */
  readonly query?: string | undefined;
  /** The whole Content-Type field. Its type and subtype count; of its parameters only what reading the body takes. */
  readonly contentType?: string | null | undefined;
  /**
   * Headers that are part of what is asked for (an API version, say), chosen by the API and in an order of its own; the
   * case of names does not count. Leave out what changes between attempts: Authorization, Date, trace ids, User-Agent.
   */
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
  /**
   * The whole body with content codings (gzip …) removed: bytes, a text (counts as its UTF-8), an already parsed value,
   * or its digest. Nothing and empty are the same.
   */
  readonly body?: Uint8Array | string | ParsedBody | DigestedBody | null | undefined;
}

/** A secret for HMAC-SHA-256; a string counts as its UTF-8. */
export type Secret = string | Uint8Array;

/** Settings of {@link fingerprint}. */
export interface FingerprintOptions {
  /**
   * Signs with HMAC-SHA-256, so that a record does not let anyone guess at bodies of little entropy. A list is for
   * rotation: the first secret signs, fingerprints under the others come along as `alternates`. Default: plain SHA-256.
   */
  readonly hmacKey?: Secret | readonly Secret[] | undefined;
  /**
   * Picks what of the body counts, as a JSON value, when parts of it change between attempts (a timestamp, a nonce).
   * It stands in for the body alone: method, path, query, media type and headers still count. The kind is `custom`, so
   * a selection never equals a whole body that happens to read the same. `undefined` means: take the body as usual.
   *
   * Use {@link jsonBody} to read the body: it answers `undefined` where parsing would lose something.
   */
  readonly select?: ((request: RequestDescription) => unknown) | undefined;
}

/**
 * How the body was read. `none`: it is empty. `json`: by its values. `raw`: by its bytes. `multipart`: by its parts.
 * `parsed`: an already parsed value that JSON cannot say exactly. `custom`: what the option `select` picked.
 */
export type FingerprintKind = "none" | "json" | "raw" | "multipart" | "parsed" | "custom";

/** A request's fingerprint. */
export interface Fingerprint {
  /** `s1:` (SHA-256) or `h1:` (HMAC-SHA-256) and 43 characters of base64url. */
  readonly value: string;
  readonly kind: FingerprintKind;
  /** The values under older secrets, in their order; only where `hmacKey` lists any. */
  readonly alternates?: readonly string[];
}
