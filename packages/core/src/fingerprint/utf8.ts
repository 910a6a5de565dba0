const encoder = new TextEncoder();
/** As many arguments as every engine takes. */
const UNITS_PER_CALL = 4096;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The UTF-8 bytes of a text, different for different texts.
 *
 * `TextEncoder` writes U+FFFD for every lone surrogate, so that two texts could meet in one hash. Here a lone surrogate
 * keeps its own three bytes (generalised UTF-8), which no well-formed text contains.
 */
export function utf8(text: string): Uint8Array {
  return LONE_SURROGATE.test(text) ? generalisedUtf8(text) : encoder.encode(text);
}

function generalisedUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) length = writeCodePoint(bytes, length, character.codePointAt(0) ?? 0);
  return bytes.subarray(0, length);
}

/** Writes one code point as UTF-8 at `at` and returns the offset after it; the caller has made sure of four bytes. */
export function writeCodePoint(bytes: Uint8Array, at: number, codePoint: number): number {
  let end = at;
  let followers = 0;
  if (codePoint < 0x80) {
    bytes[end++] = codePoint;
  } else {
    followers = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
    // As many ones as there are bytes, then a zero; what is shifted beyond the byte is cut off.
    bytes[end++] = (0xf0 << (3 - followers)) | (codePoint >> (6 * followers));
  }
  while (followers-- > 0) bytes[end++] = 0x80 | ((codePoint >> (6 * followers)) & 0x3f);
  return end;
}

/**
 * The length in bytes of the well-formed UTF-8 sequence of two to four bytes at `at`, or 0 where there is none
 * (a stray or missing continuation byte, an overlong form, a surrogate, a code point above U+10FFFF).
 */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return isContinuation(second) ? 2 : 0;
  if (lead < 0xf0) {
    const lowest = lead === 0xe0 ? 0xa0 : 0x80;
    const highest = lead === 0xed ? 0x9f : 0xbf;
    return second >= lowest && second <= highest && isContinuation(bytes[at + 2]) ? 3 : 0;
  }
  if (lead > 0xf4) return 0;
  const lowest = lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xf4 ? 0x8f : 0xbf;
  const inRange = second >= lowest && second <= highest;
  return inRange && isContinuation(bytes[at + 2]) && isContinuation(bytes[at + 3]) ? 4 : 0;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** The bytes of a text that holds code units up to 255 only: one byte each. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** The text that has one code unit per byte: the reverse of {@link latin1Bytes}. */
export function latin1Text(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = "";
  for (let at = start; at < end; at += UNITS_PER_CALL) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(end, at + UNITS_PER_CALL)));
  }
  return text;
}
