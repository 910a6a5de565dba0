import { decodeRecord, encodeRecord, type KeyRecord, OncekeyError, type Stored } from "@oncekey/core";
import type { Argument } from "./client.js";

/*
 * A record is one string value:
 *
 *   length of the version, as one character from "!" (1) to "`" (64)
 *   the version
 *   ":" and the encoded record, or "~" and the encoded record as text
 *   ";" and the time to live that the record had left when it was written, in milliseconds, as decimal digits
 *
 * The script adds the digits, which only the server knows. The version is compared by the first bytes, and the age is the
 * time to live at the write less the one now: both are the server's, and no clock is read.
 *
 * As text, each byte is the character of that number. A few bytes above 127 then take two bytes instead of one, and in
 * return drivers send a string in about half the time that they need for a Buffer.
 */
const LENGTH_BASE = 0x20;
const BYTES = 0x3a;
const TEXT = 0x7e;
const LIFE = 0x3b;

/** Up to here text is worth looking at. */
const MAX_TEXT_BYTES = 4_096;

/** How a value of this version begins. No other version's value begins so, because the length comes first. */
export function headOf(version: string): string {
  return String.fromCharCode(LENGTH_BASE + version.length) + version;
}

/** The value of this record, up to the digits. */
export function storedValue(version: string, record: KeyRecord, maxRecordBytes: number): Argument {
  const bytes = encodeRecord(record);
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteLength > maxRecordBytes) {
    const message = `RedisStore: the record has ${byteLength} bytes, and at most ${maxRecordBytes} are stored`;
    throw new OncekeyError("RECORD_TOO_LARGE", message);
  }
  const head = headOf(version);
  if (byteLength <= MAX_TEXT_BYTES) {
    const text = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
    if (Buffer.byteLength(text) <= byteLength * 1.125) return `${head}~${text};`;
  }
  const value = Buffer.allocUnsafe(head.length + byteLength + 2);
  value.write(head, "latin1");
  value[head.length] = BYTES;
  value.set(bytes, head.length + 1);
  value[value.length - 1] = LIFE;
  return value;
}

/** Reads a value that has that long to live. Anything else is a `RECORD_UNREADABLE` error, never a guess. */
export function readStanding(expiresInMs: number, value: Buffer): Stored {
  if (expiresInMs < 0) throw unreadable("it has no time to live, so something else has written or persisted it");
  const versionEnd = 1 + (value[0] ?? 0) - LENGTH_BASE;
  const mark = value[versionEnd];
  const lifeAt = startOfDigits(value);
  const isValue = versionEnd > 1 && (mark === BYTES || mark === TEXT) && lifeAt > versionEnd + 1;
  if (!isValue || lifeAt === value.length || value[lifeAt - 1] !== LIFE) {
    throw unreadable("it is not made as the values of this store are");
  }
  const record = value.subarray(versionEnd + 1, lifeAt - 1);
  return {
    version: value.toString("latin1", 1, versionEnd),
    record: decodeRecord(mark === BYTES ? record : Buffer.from(record.toString("utf8"), "latin1")),
    ageMs: Math.max(0, Number(value.toString("latin1", lifeAt)) - expiresInMs),
    expiresInMs,
  };
}

/** Where the digits begin that the bytes end in. */
function startOfDigits(bytes: Buffer): number {
  let start = bytes.length;
  for (let byte = bytes[start - 1]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = bytes[start - 1])
    start -= 1;
  return start;
}

export function unreadable(why: string, cause?: unknown): OncekeyError {
  return new OncekeyError("RECORD_UNREADABLE", `RedisStore: what stands under the key cannot be read: ${why}`, {
    cause,
  });
}
