import { isCoded, removeCodings } from "./content-coding.js";
import { header } from "./protocol.js";

/** A request, as a binding hands it over. Everything that costs is a method, called once and only where it is needed. */
export interface Incoming<Req> {
  /** The framework's own request; handed to the functions of the options, not looked at. */
  readonly request: Req;
  readonly method: string;
  /** Path and query exactly as they came: nothing decoded, nothing put in order. */
  readonly target: string;
  /** The lines of a header by its lower-case name, apart where the platform tells them apart. */
  lines(name: string): HeaderLines;
  /** Reads the whole body and leaves it readable for the handler. Rejects where it cannot be had any more. */
  readBody(maxBytes: number): RequestBody | Promise<RequestBody>;
}

/** A header as a platform gives it: absent, one line (or several joined), or the lines. */
export type HeaderLines = string | readonly string[] | null | undefined;

/**
 * The body of a request: its bytes as they came over the wire, what is left of them once somebody has removed the
 * content codings or parsed them, nothing, or more than was asked for.
 */
export type RequestBody =
  | Uint8Array
  | { readonly decoded: Uint8Array | string }
  | { readonly parsed: unknown }
  | "too-large"
  | undefined;

/** A header as one value; several lines are a list, as HTTP has it. */
export function joined(lines: HeaderLines): string | undefined {
  if (lines === null || lines === undefined) return undefined;
  if (typeof lines === "string") return lines;
  return lines.length === 0 ? undefined : lines.join(", ");
}

/** The request body as it counts: codings removed, so that a compressed retry is the same request. */
export async function bodyToCompare<Req>(
  incoming: Incoming<Req>,
  maxBytes: number,
): Promise<Uint8Array | string | { readonly parsed: unknown } | "too-large" | undefined> {
  const body = await incoming.readBody(maxBytes);
  if (body === undefined || body === "too-large") return body;
  if (!(body instanceof Uint8Array)) {
    if ("parsed" in body) return body;
    return lengthOf(body.decoded) > maxBytes ? "too-large" : body.decoded;
  }
  if (body.byteLength > maxBytes) return "too-large";
  const coding = joined(incoming.lines(header.contentEncoding.toLowerCase()));
  if (!isCoded(coding)) return body;
  const decoded = await removeCodings(body, coding, maxBytes);
  // What cannot be decoded here counts by its bytes; whether it is acceptable at all is the handler's business.
  return decoded === "unreadable" ? body : decoded;
}

function lengthOf(body: Uint8Array | string): number {
  // A text has at least as many bytes as characters; the exact number matters to nobody.
  return typeof body === "string" ? body.length : body.byteLength;
}
