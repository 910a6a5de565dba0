import type { DigestedBody, ParsedBody } from "@oncekey/core";
import { isCoded, removeCodings } from "./content-coding.js";
import { type VerifiedContentDigest, verifiedDigest } from "./content-digest.js";
import { type Incoming, joined, type RequestBody } from "./incoming.js";
import { header } from "./protocol.js";

/** Of a body only this is known: why it cannot be had, and what to do about it. */
export interface LostBody {
  readonly lost: string;
}

/** A request body as it counts. */
export type ComparedBody = Uint8Array | string | ParsedBody | DigestedBody | LostBody | undefined;

/** What is compared of a body. */
export type Compared = { readonly body: ComparedBody } | "too-large";
/** At once where nothing has to be waited for: a promise for its own sake costs as much as the reading. */
type Comparing = Compared | Promise<Compared>;

/** Whether a body cannot be had. */
export function isLost(body: ComparedBody): body is LostBody {
  return typeof body === "object" && "lost" in body;
}

/**
 * The request body, with its codings removed, so that a compressed retry is the same request; or its verified digest.
 *
 * What somebody has read and kept costs nothing and comes first: a value that a parser made of it has a fingerprint of its
 * own, by which its other retries are known.
 */
export function bodyToCompare<Req>(
  incoming: Incoming<Req>,
  maxBytes: number,
  verified: VerifiedContentDigest<Req> | undefined,
): Comparing {
  return verified === undefined ? readToCompare(incoming, maxBytes) : digestToCompare(incoming, maxBytes, verified);
}

async function digestToCompare<Req>(
  incoming: Incoming<Req>,
  maxBytes: number,
  verified: VerifiedContentDigest<Req>,
): Promise<Compared> {
  const kept = incoming.bodyWasRead === true ? await readToCompare(incoming, maxBytes) : undefined;
  if (kept !== undefined && kept !== "too-large" && !isLost(kept.body)) return kept;
  const body = await verifiedDigest(incoming, verified);
  return body === undefined ? (kept ?? readToCompare(incoming, maxBytes)) : { body };
}

function readToCompare<Req>(incoming: Incoming<Req>, maxBytes: number): Comparing {
  const read = incoming.readBody(maxBytes);
  return read instanceof Promise
    ? read.then((body) => withoutCodings(incoming, body, maxBytes))
    : withoutCodings(incoming, read, maxBytes);
}

function withoutCodings<Req>(incoming: Incoming<Req>, body: RequestBody, maxBytes: number): Comparing {
  if (body === "too-large") return body;
  if (body === undefined || "parsed" in body || "lost" in body) return { body };
  if (!(body instanceof Uint8Array)) return within(body.decoded, maxBytes);
  const coding = joined(incoming.lines(header.contentEncoding.toLowerCase()));
  return isCoded(coding) ? decodedWithin(body, coding, maxBytes) : within(body, maxBytes);
}

async function decodedWithin(body: Uint8Array, coding: string, maxBytes: number): Promise<Compared> {
  const decoded = await removeCodings(body, coding, maxBytes);
  // What cannot be decoded here counts by its bytes; whether it is acceptable at all is the handler's business.
  if (decoded === "too-large") return decoded;
  return within(decoded === "unreadable" ? body : decoded, maxBytes);
}

/** A text has at least as many bytes as characters; the exact number matters to nobody. */
function within(body: Uint8Array | string, maxBytes: number): Compared {
  const length = typeof body === "string" ? body.length : body.byteLength;
  return length > maxBytes ? "too-large" : { body };
}
