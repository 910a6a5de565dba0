import { exactNumber } from "./exact-number.js";
import type { JsonBuffer } from "./json-buffer.js";
import { latin1Text } from "./utf8.js";

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
const FAILED = -1;

/** Every decimal of this many digits survives the way into a double and back. */
const SAFE_DIGITS = 15;
/** With more zeros than this after `0.` ECMAScript writes an exponent. */
const PLAIN_LEADING_ZEROS = 5;

/** Reads the number at `at`; fails if it is not valid or if no double has its exact decimal value. */
export function readNumber(buffer: JsonBuffer, at: number): number {
  const { bytes, shift } = buffer;
  let byte = bytes[at] ?? 0;
  if (byte === ZERO || !isDigit(byte)) return readAnyNumber(buffer, at);
  let end = at;
  do {
    bytes[end + shift] = byte;
    byte = bytes[++end] ?? 0;
  } while (isDigit(byte));
  if (byte === POINT || (byte | 0x20) === LOWER_E || end - at > SAFE_DIGITS) return readAnyNumber(buffer, at);
  return end;
}

/** The offset after a number that is canonical as it stands, or -1 for one that may not be. */
export function plainNumberEnd(bytes: Uint8Array, at: number): number {
  const whole = bytes[at] === MINUS ? at + 1 : at;
  const first = bytes[whole] ?? 0;
  if (first === ZERO || !isDigit(first))
    return first === ZERO && whole === at && !isNumeric(bytes[at + 1]) ? at + 1 : FAILED;
  let end = digitsEnd(bytes, whole);
  if (bytes[end] === POINT) {
    end = digitsEnd(bytes, end + 1);
    if (bytes[end - 1] === ZERO || bytes[end - 1] === POINT) return FAILED;
  }
  return end - whole > SAFE_DIGITS || isNumeric(bytes[end]) ? FAILED : end;
}

/** Whether a byte may go on with a number. */
function isNumeric(byte: number | undefined): boolean {
  return byte !== undefined && (isDigit(byte) || byte === POINT || (byte | 0x20) === LOWER_E);
}

function readAnyNumber(buffer: JsonBuffer, at: number): number {
  const { bytes } = buffer;
  const whole = bytes[at] === MINUS ? at + 1 : at;
  const wholeEnd = digitsEnd(bytes, whole);
  if (wholeEnd === whole || (wholeEnd - whole > 1 && bytes[whole] === ZERO)) return FAILED;
  let mantissaEnd = wholeEnd;
  if (bytes[wholeEnd] === POINT) {
    mantissaEnd = digitsEnd(bytes, wholeEnd + 1);
    if (mantissaEnd === wholeEnd + 1) return FAILED;
  }
  if (((bytes[mantissaEnd] ?? 0) | 0x20) === LOWER_E) {
    const end = exponentEnd(bytes, mantissaEnd + 1);
    return end < 0 ? FAILED : writeExact(buffer, at, end);
  }
  if (mantissaEnd - whole > SAFE_DIGITS) return writeExact(buffer, at, mantissaEnd);
  return copyDecimal(buffer, at, wholeEnd, mantissaEnd);
}

/** Writes a number of few digits and no exponent; mostly what stands there, without zeros at the end. */
function copyDecimal(buffer: JsonBuffer, at: number, wholeEnd: number, end: number): number {
  const { bytes } = buffer;
  let last = end;
  if (end > wholeEnd) {
    while (bytes[last - 1] === ZERO) last--;
    if (last === wholeEnd + 1) last = wholeEnd;
  }
  if (bytes[wholeEnd - 1] === ZERO && needsNumber(bytes, at, wholeEnd, last)) return writeExact(buffer, at, end);
  buffer.copy(at + buffer.shift, at, last);
  buffer.shift -= end - last;
  return end;
}

/** Whether what follows a whole part of 0 makes it `-0` or so small that ECMAScript writes an exponent. */
function needsNumber(bytes: Uint8Array, at: number, wholeEnd: number, last: number): boolean {
  if (last === wholeEnd) return bytes[at] === MINUS;
  let zeros = 0;
  while (bytes[wholeEnd + 1 + zeros] === ZERO) zeros++;
  return zeros > PLAIN_LEADING_ZEROS;
}

function writeExact(buffer: JsonBuffer, at: number, end: number): number {
  const text = exactNumber(latin1Text(buffer.bytes, at, end));
  if (text === undefined) return FAILED;
  buffer.reserve(text.length);
  return buffer.replace(at, end, text);
}

function exponentEnd(bytes: Uint8Array, at: number): number {
  const sign = bytes[at];
  const digits = sign === PLUS || sign === MINUS ? at + 1 : at;
  const end = digitsEnd(bytes, digits);
  return end === digits ? FAILED : end;
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at] ?? 0)) at++;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
