import type { Digest } from "./digest.js";
import { parametersOf } from "./media-type.js";
import { netstring } from "./netstrings-in-text.js";
import { latin1Bytes, latin1Text } from "./utf8.js";

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const BOUNDARY = /^[ -~]{0,69}[!-~]$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is what this looks for
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

interface Part {
  readonly name: string | undefined;
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  /** Whatever else the part's head says, in order. */
  readonly others: readonly (readonly [name: string, value: string])[];
  readonly content: Uint8Array;
}

/**
 * What a multipart body says, without the boundary, which clients make up anew for every attempt: for each part in
 * order its name, file name, content type and the SHA-256 of its content, then any other header of the part.
 *
 * Returns `undefined` for a body that two parsers may read differently: a missing or odd boundary, text before the
 * first or after the last part, a folded or malformed part header, a form field without a name.
 */
export function multipartDigest(body: Uint8Array, contentType: string, digest: Digest): Uint8Array | undefined {
  const boundary = parametersOf(contentType)?.get("boundary");
  if (boundary === undefined || !BOUNDARY.test(boundary) || boundary.includes("\\")) return undefined;
  const form = /^\s*multipart\/form-data\s*(?:;|$)/i.test(contentType);
  const parts = splitParts(body, boundary, form);
  if (parts === undefined) return undefined;
  let text = netstring(String(parts.length));
  for (const part of parts) text += describe(part, digest);
  return latin1Bytes(text);
}

// Heads are read as Latin-1, so that every text here has one code unit per byte and no bytes are confused.

function describe({ name, filename, contentType, others, content }: Part, digest: Digest): string {
  const head = optional(name) + optional(filename) + optional(contentType) + netstring(digest.raw(content));
  return others.reduce(
    (text, [key, value]) => text + netstring(key) + netstring(value),
    head + netstring(String(others.length)),
  );
}

/** A netstring, or a dash that no netstring begins with: absent is not empty. */
function optional(text: string | undefined): string {
  return text === undefined ? "-" : netstring(text);
}

function splitParts(body: Uint8Array, boundary: string, form: boolean): Part[] | undefined {
  const delimiter = latin1Bytes(`\r\n--${boundary}`);
  const parts: Part[] = [];
  // The first delimiter has no line break before it when nothing does.
  const leading = startsWith(body, 0, delimiter) ? 0 : 2;
  if (!startsWith(body, 0, delimiter.subarray(leading))) return undefined;
  let at = delimiter.length - leading;
  while (body[at] !== DASH) {
    const start = afterLineBreak(body, at);
    if (start < 0) return undefined;
    const end = findDelimiter(body, start, delimiter);
    const part = end < 0 ? undefined : readPart(body.subarray(start, Math.max(start, end)), form);
    if (part === undefined) return undefined;
    parts.push(part);
    at = end + delimiter.length;
  }
  return endsHere(body, at) ? parts : undefined;
}

/** After the last delimiter: two dashes, and at most a line break. */
function endsHere(body: Uint8Array, at: number): boolean {
  if (body[at + 1] !== DASH) return false;
  return body.length === at + 2 || (body.length === at + 4 && afterLineBreak(body, at + 2) === at + 4);
}

/** The offset after optional blanks and a line break, or -1. */
function afterLineBreak(body: Uint8Array, from: number): number {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  return body[at] === CR && body[at + 1] === LF ? at + 2 : -1;
}

function startsWith(body: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if (body[at + index] !== bytes[index]) return false;
  return true;
}

/** The next delimiter at or after `from`, whose line break may be the one that ended the line before. */
function findDelimiter(body: Uint8Array, from: number, delimiter: Uint8Array): number {
  let at = body.indexOf(CR, from);
  while (at >= 0 && !startsWith(body, at, delimiter)) at = body.indexOf(CR, at + 1);
  return at;
}

function readPart(part: Uint8Array, form: boolean): Part | undefined {
  const headEnd = startsWith(part, 0, Uint8Array.of(CR, LF))
    ? 0
    : findDelimiter(part, 0, Uint8Array.of(CR, LF, CR, LF));
  if (headEnd < 0) return undefined;
  const content = part.subarray(headEnd === 0 ? 2 : headEnd + 4);
  const headers = readHeaders(latin1Text(part, 0, headEnd));
  return headers === undefined ? undefined : describeHead(headers, content, form);
}

function readHeaders(head: string): [name: string, value: string][] | undefined {
  if (head === "") return [];
  const headers: [string, string][] = [];
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    if (!HEADER_NAME.test(name) || CONTROL.test(line)) return undefined;
    headers.push([name.toLowerCase(), line.slice(colon + 1).trim()]);
  }
  return headers;
}

function describeHead(headers: readonly [string, string][], content: Uint8Array, form: boolean): Part | undefined {
  const known = new Map<string, string>();
  const others: [string, string][] = [];
  for (const [name, value] of headers) {
    if (name !== "content-disposition" && name !== "content-type") others.push([name, value]);
    else if (known.has(name)) return undefined;
    else known.set(name, value);
  }
  const disposition = known.get("content-disposition") ?? "";
  const parameters = parametersOf(disposition);
  if (parameters === undefined || (form && !parameters.has("name"))) return undefined;
  const plain = /^form-data\s*(?:;|$)/i.test(disposition);
  const usual = [...parameters.keys()].every((name) => name === "name" || name === "filename");
  if (disposition !== "" && !(plain && usual)) others.push(["content-disposition", disposition]);
  const contentType = known.get("content-type");
  return { name: parameters.get("name"), filename: parameters.get("filename"), contentType, others, content };
}
