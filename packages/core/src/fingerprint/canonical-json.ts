import { MAX_DEPTH } from "./canonical-value.js";
import { JsonBuffer } from "./json-buffer.js";
import { JsonLayouts } from "./json-layouts.js";
import { readNumber } from "./json-number.js";
import { readString } from "./json-string.js";
import { comparePlainKeys, orderMembers } from "./member-order.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const FAILED = -1;

const shared = /* @__PURE__ */ new JsonBuffer();
const layouts = /* @__PURE__ */ new JsonLayouts();

/**
 * The canonical form (RFC 8785) of a JSON text in UTF-8, or `undefined` where none keeps all that the text says: not
 * JSON, not UTF-8, a byte order mark, a duplicate member name, a lone surrogate, a number that no double holds exactly,
 * nesting beyond {@link MAX_DEPTH}.
 *
 * Reads bytes and writes bytes; no values are built. The result is the text itself or a view that the
 * next call overwrites.
 */
export function canonicalJson(text: Uint8Array): Uint8Array | undefined {
  shared.load(text);
  const known = layouts.apply(shared, text);
  if (known !== undefined) return known;
  const canonical = readLoaded();
  if (canonical === undefined || !layouts.wants(text)) return canonical;
  layouts.learn(text, readInFull);
  return readInFull(text);
}

/** {@link canonicalJson} without a look at how texts of late were laid out. */
export function readInFull(text: Uint8Array): Uint8Array | undefined {
  shared.load(text);
  return readLoaded();
}

function readLoaded(): Uint8Array | undefined {
  const end = readValue(shared, shared.skipSpace(0));
  const canonical = end >= 0 && shared.skipSpace(end) === shared.end ? shared.written(shared.end) : undefined;
  shared.unload();
  return canonical;
}

// Each reader takes the offset of its first byte and returns the offset after its last, or FAILED as soon as it meets
// something that has no canonical form.

function readValue(buffer: JsonBuffer, at: number): number {
  switch (buffer.bytes[at]) {
    case QUOTE:
      return readString(buffer, at);
    case OPEN_BRACE:
      return readObject(buffer, at);
    case OPEN_BRACKET:
      return readArray(buffer, at);
    case LOWER_T:
      return readWord(buffer, at, "true");
    case LOWER_F:
      return readWord(buffer, at, "false");
    case LOWER_N:
      return readWord(buffer, at, "null");
    default:
      return readNumber(buffer, at);
  }
}

function readWord(buffer: JsonBuffer, from: number, word: string): number {
  let at = from;
  for (let index = 0; index < word.length; index++) {
    if (buffer.bytes[at] !== word.charCodeAt(index)) return FAILED;
    at = buffer.copyByte(at);
  }
  return at;
}

function readArray(buffer: JsonBuffer, from: number): number {
  if (++buffer.depth > MAX_DEPTH) return FAILED;
  let at = buffer.skipSpace(buffer.copyByte(from));
  while (buffer.bytes[at] !== CLOSE_BRACKET) {
    at = readValue(buffer, at);
    if (at < 0) return FAILED;
    if (buffer.bytes[at] !== COMMA) {
      at = buffer.skipSpace(at);
      if (buffer.bytes[at] === CLOSE_BRACKET) break;
      if (buffer.bytes[at] !== COMMA) return FAILED;
    }
    at = buffer.skipSpace(buffer.copyByte(at));
    if (buffer.bytes[at] === CLOSE_BRACKET) return FAILED;
  }
  buffer.depth--;
  return buffer.copyByte(at);
}

function readObject(buffer: JsonBuffer, from: number): number {
  if (++buffer.depth > MAX_DEPTH) return FAILED;
  const first = buffer.skipSpace(buffer.copyByte(from));
  const at = buffer.bytes[first] === CLOSE_BRACE ? first : readMembers(buffer, first);
  if (at < 0) return FAILED;
  buffer.depth--;
  return buffer.copyByte(at);
}

/** Reads members up to the closing brace and puts them in order; fails if two have the same name. */
function readMembers(buffer: JsonBuffer, from: number): number {
  const { spans, spanTop: base } = buffer;
  let at = from;
  let before = -1;
  let plain = true;
  let ordered = true;
  do {
    if (buffer.bytes[at] !== QUOTE) return FAILED;
    const start = at + buffer.shift;
    at = readString(buffer, at);
    if (at < 0) return FAILED;
    plain = plain && buffer.plain;
    ordered = ordered && (before < 0 || (plain && comparePlainKeys(buffer.bytes, before, start) < 0));
    before = start;
    if (buffer.bytes[at] !== COLON) at = buffer.skipSpace(at);
    if (buffer.bytes[at] !== COLON) return FAILED;
    at = readValue(buffer, buffer.skipSpace(buffer.copyByte(at)));
    if (at < 0) return FAILED;
    spans[buffer.spanTop++] = start;
    spans[buffer.spanTop++] = at + buffer.shift;
    at = nextMember(buffer, at);
    if (at < 0) return FAILED;
  } while (buffer.bytes[at] !== CLOSE_BRACE);
  if (!ordered && !orderMembers(buffer, base, plain)) return FAILED;
  buffer.spanTop = base;
  return at;
}

/** Goes on to the next member's key, or to the closing brace. */
function nextMember(buffer: JsonBuffer, from: number): number {
  const at = buffer.bytes[from] === COMMA ? from : buffer.skipSpace(from);
  if (buffer.bytes[at] === CLOSE_BRACE) return at;
  if (buffer.bytes[at] !== COMMA) return FAILED;
  const next = buffer.skipSpace(buffer.copyByte(at));
  return buffer.bytes[next] === QUOTE ? next : FAILED;
}
