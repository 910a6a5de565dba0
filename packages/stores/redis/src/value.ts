import { decodeRecord, type KeyRecord, OncekeyError, type Stored, withEncodedRecord } from "@oncekey/core";
import type { Argument } from "./client.js";

/*
 * A record is one string value:
 *
 *   length of the version, as one character from "!" (1) to "`" (64)
 *   the version
 *   ":" and the encoded record, or "~" and the encoded record as text
 *   ";" and the time to live that the record had when it was written, in milliseconds, as 16 decimal digits
 *   perhaps: when it ends, in milliseconds since 1970 by the server's clock, as 16 decimal digits
 *
 * The version is compared by the first bytes. The age is the time to live at the write less the one now: both are the
 * server's, and no clock is read. The end is for scripts over many keys: one look at the clock then stands for a PTTL of each
 * key. It may be some milliseconds early, and says nothing about whether the record is still there: Redis does.
 *
 * As text, each byte is the character of that number. A few bytes above 127 then take two bytes instead of one, and in
 * return drivers send a string in about half the time that they need for a Buffer.
 */
const LENGTH_BASE = 0x20;
const BYTES = 0x3a;
const TEXT = 0x7e;
const LIFE = 0x3b;
const DIGITS = 16;

/** Up to here text is worth looking at. */
const MAX_TEXT_BYTES = 4_096;

/** How a value of this version begins. No other version's value begins so, because the length comes first. */
export function headOf(version: string): string {
  return String.fromCharCode(LENGTH_BASE + version.length) + version;
}

/** The value of this record, but for digits that only the script knows: none of `lifeMs` says to live on as before. */
export function storedValue(
  version: string,
  record: KeyRecord,
  lifeMs: number | undefined,
  maxRecordBytes: number,
): Argument {
  const life = lifeMs === undefined ? "" : String(lifeMs).padStart(DIGITS, "0");
  return withEncodedRecord(record, (buffer, length) => {
    if (length > maxRecordBytes) {
      const message = `RedisStore: the record has ${length} bytes, and at most ${maxRecordBytes} are stored`;
      throw new OncekeyError("RECORD_TOO_LARGE", message);
    }
    const head = headOf(version);
    const bytes = viewOf(buffer);
    if (length <= MAX_TEXT_BYTES) {
      const text = bytes.toString("latin1", 0, length);
      if (Buffer.byteLength(text) <= length * 1.125) return `${head}~${text};${life}`;
    }
    const value = Buffer.allocUnsafe(head.length + length + 2 + life.length);
    value.write(head, "latin1");
    value[head.length] = BYTES;
    const end = head.length + 1 + bytes.copy(value, head.length + 1, 0, length);
    value[end] = LIFE;
    value.write(life, end + 1, "latin1");
    return value;
  });
}

let viewed: { readonly bytes: Uint8Array; readonly view: Buffer } | undefined;

/** The same bytes as a Buffer. Core writes one record after the other into one buffer, so the last view mostly serves. */
function viewOf(bytes: Uint8Array): Buffer {
  if (viewed?.bytes !== bytes) {
    viewed = { bytes, view: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  }
  return viewed.view;
}

/**
 * Reads a value that has that long to live, or that says itself when it ends, at that time of the server's. Anything else is a
 * `RECORD_UNREADABLE` error, never a guess.
 */
export function readStanding(value: Buffer, left: { readonly leftMs: number } | { readonly nowMs: number }): Stored {
  if ("leftMs" in left && left.leftMs < 0) {
    throw unreadable("it has no time to live, so something else has written or persisted it");
  }
  const versionEnd = 1 + (value[0] ?? 0) - LENGTH_BASE;
  const mark = value[versionEnd];
  const lifeAt = value.length - (value[value.length - DIGITS - 1] === LIFE ? DIGITS : 2 * DIGITS);
  const lifeMs = numberAt(value, lifeAt);
  const expiresInMs = "leftMs" in left ? left.leftMs : numberAt(value, lifeAt + DIGITS) - left.nowMs;
  const isValue = versionEnd > 1 && (mark === BYTES || mark === TEXT) && lifeAt - 1 > versionEnd;
  if (!isValue || value[lifeAt - 1] !== LIFE || Number.isNaN(lifeMs + expiresInMs)) {
    throw unreadable("it is not made as the values of this store are");
  }
  const record = value.subarray(versionEnd + 1, lifeAt - 1);
  return {
    version: value.toString("latin1", 1, versionEnd),
    record: decodeRecord(mark === BYTES ? record : bytesOfText(record)),
    ageMs: Math.max(0, lifeMs - expiresInMs),
    expiresInMs,
  };
}

/** Undoes UTF-8 of characters below 256; the same bytes where they are ASCII. */
function bytesOfText(text: Buffer): Uint8Array {
  // Each byte as a character: one above 127 takes two bytes in UTF-8. Twice as fast as to look at each byte.
  if (Buffer.byteLength(text.toString("latin1")) === text.length) return text;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    const next = text[at + 1] ?? 0;
    if (byte < 0x80) bytes[length++] = byte;
    else if ((byte === 0xc2 || byte === 0xc3) && next >> 6 === 2) {
      bytes[length++] = ((byte & 3) << 6) | (next & 0x3f);
      at += 1;
    } else throw unreadable("it is not the text of bytes");
  }
  return bytes.subarray(0, length);
}

/** The number that the digits from there say; not a number where one of them is none. */
function numberAt(bytes: Buffer, start: number): number {
  let number = 0;
  for (let at = start; at < start + DIGITS; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN;
  }
  return number;
}

export function unreadable(why: string, cause?: unknown): OncekeyError {
  return new OncekeyError("RECORD_UNREADABLE", `RedisStore: what stands under the key cannot be read: ${why}`, {
    cause,
  });
}
