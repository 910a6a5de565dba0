import { comparesBytes, type DigestedBody } from "@oncekey/core";
import { isCoded } from "./content-coding.js";
import { type Incoming, joined } from "./incoming.js";
import { header } from "./protocol.js";
import { BYTE_SEQUENCE, KEY, PARAMETER, trim } from "./structured-fields.js";

/*
 * A digest that somebody else has verified, in place of the body (RFC 9530).
 *
 * To verify one takes reading the whole body, and then the fingerprint costs nothing more. So there is nothing to gain
 * from verifying here; what can be gained is not to read a body that somebody on the way has read: a gateway that checks
 * signed messages, or a middleware that has moved an upload to a disk. Only the application knows whether there is one,
 * so it says so, request by request.
 */

/** Answers the Content-Digest of a request as far as it has been verified; `undefined` where it has not. */
export type VerifiedContentDigest<Req> = (
  request: Req,
) => string | null | undefined | Promise<string | null | undefined>;

const MEMBER = /* @__PURE__ */ member();
const COMMA = /[ \t]*,[ \t]*/y;

function member(): RegExp {
  return new RegExp(`(${KEY})=(${BYTE_SEQUENCE})(?:${PARAMETER})*`, "y");
}

/** The length of SHA-256, in base64. */
const SHA_256 = /^:([A-Za-z\d+/]{43})=?:$/;

/**
 * The SHA-256 in a Content-Digest field: a Dictionary of Byte Sequences (RFC 9530, section 2; RFC 9651, section 4.2.2).
 *
 * `undefined` where there is none: the field is malformed, or names other algorithms only. SHA-512 is no use either, sound
 * as it is: the same body, read, has a fingerprint of its SHA-256, and the two would be two requests. Of two members with
 * one name the last is in force, but who verified may have taken the first, so neither is taken.
 */
export function sha256Of(field: string): Uint8Array | undefined {
  const text = trim(field);
  let found: string | undefined;
  for (let at = 0; ; at = COMMA.lastIndex) {
    MEMBER.lastIndex = at;
    const [member = "", algorithm, value = ""] = MEMBER.exec(text) ?? [];
    if (member === "") return undefined;
    if (algorithm === "sha-256") {
      if (found !== undefined) return undefined;
      found = value;
    }
    COMMA.lastIndex = at + member.length;
    if (COMMA.lastIndex === text.length) break;
    if (!COMMA.test(text)) return undefined;
  }
  const base64 = found === undefined ? undefined : SHA_256.exec(found)?.[1];
  return base64 === undefined ? undefined : Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
}

/**
 * What stands for the body of a request without reading it, or `undefined` where the body has to be read: nobody has
 * verified a digest, it is of the coded bytes of a compressed body, or such a body counts by what it says and not by its
 * bytes.
 */
export async function verifiedDigest<Req>(
  incoming: Incoming<Req>,
  verified: VerifiedContentDigest<Req>,
): Promise<DigestedBody | undefined> {
  if (!comparesBytes(joined(incoming.lines(header.contentType.toLowerCase())))) return undefined;
  if (isCoded(joined(incoming.lines(header.contentEncoding.toLowerCase())))) return undefined;
  const field: unknown = await verified(incoming.request);
  if (field === undefined || field === null) return undefined;
  if (typeof field !== "string") {
    throw new TypeError(
      `fingerprint.verifiedContentDigest: the function answered ${String(field)}; it must give the verified field as a text, such as sha-256=:…:, or undefined where nobody has verified it`,
    );
  }
  const sha256 = sha256Of(field);
  return sha256 === undefined ? undefined : { sha256 };
}
