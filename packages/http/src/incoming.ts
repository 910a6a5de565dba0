/** A request, as a binding hands it over. Everything that costs is a method, called once and only where it is needed. */
export interface Incoming<Req> {
  /** The framework's own request; handed to the functions of the options, not looked at. */
  readonly request: Req;
  readonly method: string;
  /** Path and query exactly as they came: nothing decoded, nothing put in order. */
  readonly target: string;
  /** The lines of a header by its lower-case name, apart where the platform tells them apart. */
  lines(name: string): HeaderLines;
  /** Somebody has read the body already: `readBody` costs nothing. Default: false. */
  readonly bodyWasRead?: boolean;
  /** Reads the whole body and leaves it readable for the handler. Rejects where it cannot be had any more. */
  readBody(maxBytes: number): RequestBody | Promise<RequestBody>;
}

/** A header as a platform gives it: absent, one line (or several joined), or the lines. */
export type HeaderLines = string | readonly string[] | null | undefined;

/** The body of a request, as far as it can still be had. */
export type RequestBody =
  /** The bytes as they came over the wire. */
  | Uint8Array
  /** What is left of them once somebody has removed the content codings. */
  | { readonly decoded: Uint8Array | string }
  /** What a parser made of them, all of it. */
  | { readonly parsed: unknown }
  /** Not all of it can be had any more; why, and what to do about it. Only `fingerprint.select` can tell such requests apart. */
  | { readonly lost: string }
  | "too-large"
  | undefined;

/** A header as one value; several lines are a list, as HTTP has it. */
export function joined(lines: HeaderLines): string | undefined {
  if (lines === null || lines === undefined) return undefined;
  if (typeof lines === "string") return lines;
  return lines.length === 0 ? undefined : lines.join(", ");
}
