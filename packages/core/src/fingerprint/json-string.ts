import type { JsonBuffer } from "./json-buffer.js";
import { sequenceLength, writeCodePoint } from "./utf8.js";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const HEX_DIGITS = "0123456789abcdef";
const FAILED = -1;

/** The letter of each two-character escape and what it stands for. A solidus may be escaped; it never has to be. */
const SHORT_ESCAPES = [
  ['"', QUOTE],
  ["\\", BACKSLASH],
  ["/", 0x2f],
  ["b", 0x08],
  ["t", 0x09],
  ["n", 0x0a],
  ["f", 0x0c],
  ["r", 0x0d],
] as const;

/** What the letter after a backslash stands for, or 0. */
const UNIT_OF_LETTER = /* @__PURE__ */ letterTable();
/** The letter that RFC 8785 escapes this unit with, or 0. */
const LETTER_OF_UNIT = /* @__PURE__ */ unitTable();

function letterTable(): Uint8Array {
  const table = new Uint8Array(256);
  for (const [letter, unit] of SHORT_ESCAPES) table[letter.charCodeAt(0)] = unit;
  return table;
}

function unitTable(): Uint8Array {
  const table = new Uint8Array(128);
  for (const [letter, unit] of SHORT_ESCAPES) if (letter !== "/") table[unit] = letter.charCodeAt(0);
  return table;
}

/** Reads the string whose opening quote stands at `from`; fails if it is not valid or holds a lone surrogate. */
export function readString(buffer: JsonBuffer, from: number): number {
  const { bytes, words } = buffer;
  let at = buffer.copyByte(from);
  let { shift } = buffer;
  buffer.plain = true;
  while (true) {
    const word = words.getInt32(at, true);
    words.setInt32(at + shift, word, true);
    const special = specialBytes(word);
    if (special === 0) {
      at += 4;
      continue;
    }
    at += (31 - Math.clz32(special & -special)) >> 3;
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    buffer.plain = false;
    at = byte === BACKSLASH ? readEscape(buffer, at) : readSequence(buffer, at);
    if (at < 0) return FAILED;
    shift = buffer.shift;
  }
}

/** The offset of the first byte from `from` on that is a quote, a backslash, a control character or outside ASCII. */
export function plainEnd(words: DataView, from: number): number {
  for (let at = from; ; at += 8) {
    const low = specialBytes(words.getInt32(at, true));
    const high = specialBytes(words.getInt32(at + 4, true));
    if ((low | high) === 0) continue;
    const special = low === 0 ? high : low;
    return at + (low === 0 ? 4 : 0) + ((31 - Math.clz32(special & -special)) >> 3);
  }
}

/**
 * Sets the top bit of the first of four bytes that is a quote, a backslash, a control character or outside ASCII;
 * 0 if none is. (Bits above the first may be wrong: the subtractions borrow.)
 */
function specialBytes(word: number): number {
  return (
    (((word ^ 0x22222222) - 0x01010101) | ((word ^ 0x5c5c5c5c) - 0x01010101) | (word - 0x20202020) | word) & 0x80808080
  );
}

/** Copies one character outside ASCII; a control character is no valid string content. */
function readSequence(buffer: JsonBuffer, at: number): number {
  const length = sequenceLength(buffer.bytes, at);
  if (length === 0) return FAILED;
  buffer.words.setInt32(at + buffer.shift, buffer.words.getInt32(at, true), true);
  return at + length;
}

function readEscape(buffer: JsonBuffer, at: number): number {
  const letter = buffer.bytes[at + 1] ?? 0;
  if (letter === LOWER_U) return readUnicodeEscape(buffer, at);
  const unit = UNIT_OF_LETTER[letter] ?? 0;
  return unit === 0 ? FAILED : writeCharacter(buffer, at, at + 2, unit);
}

function readUnicodeEscape(buffer: JsonBuffer, at: number): number {
  const { bytes } = buffer;
  const unit = hexUnit(bytes, at + 2);
  if (unit < 0 || isLowSurrogate(unit)) return FAILED;
  if (unit < 0xd800 || unit > 0xdfff) return writeCharacter(buffer, at, at + 6, unit);
  if (bytes[at + 6] !== BACKSLASH || bytes[at + 7] !== LOWER_U) return FAILED;
  const low = hexUnit(bytes, at + 8);
  if (!isLowSurrogate(low)) return FAILED;
  return writeCharacter(buffer, at, at + 12, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The value of four hexadecimal digits, or -1. */
function hexUnit(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let index = at; index < at + 4; index++) {
    const digit = hexDigit(bytes[index] ?? 0);
    if (digit < 0) return -1;
    unit = (unit << 4) | digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/**
 * Writes one character in place of the escape from `at` to `end`, the way RFC 8785 has it: escaped only where JSON
 * demands it, and then in the shortest form.
 */
function writeCharacter(buffer: JsonBuffer, at: number, end: number, codePoint: number): number {
  const letter = codePoint < 0x80 ? (LETTER_OF_UNIT[codePoint] ?? 0) : 0;
  if (letter !== 0) return buffer.replace(at, end, `\\${String.fromCharCode(letter)}`);
  if (codePoint < 0x20) {
    return buffer.replace(at, end, `\\u00${HEX_DIGITS.charAt(codePoint >> 4)}${HEX_DIGITS.charAt(codePoint & 15)}`);
  }
  buffer.shift = writeCodePoint(buffer.bytes, at + buffer.shift, codePoint) - end;
  return end;
}
