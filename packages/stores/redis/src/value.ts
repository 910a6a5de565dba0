import { decodeRecord, encodeRecord, type KeyRecord, OncekeyError, type Stored } from "@oncekey/core";
import type { Argument } from "./client.js";

/*
 * A record is one string value:
 *
 *   length of the version, as one character from "!" (1) to "`" (64)
 *   the version
 *   the time to live that the record had left when it was written, in milliseconds, as decimal digits
 *   ":" and the encoded record, or "~" and the encoded record as text
 *
 * So the version is compared by the first bytes, and the age is the time to live at the write less the one now: both are
 * the server's, and no clock is read.
 *
 * As text, each byte is the character of that number. A few bytes above 127 then take two bytes instead of one, and in
 * return drivers send a string in about half the time that they need for a Buffer.
 */
const LENGTH_BASE = 0x20;
const BYTES = 0x3a;
const TEXT = 0x7e;

/** Up to here text is worth looking at. */
const MAX_TEXT_BYTES = 4_096;

/** How a value of this version begins. No other version's value begins so, because the length comes first. */
export function headOf(version: string): string {
  return String.fromCharCode(LENGTH_BASE + version.length) + version;
}

/** How a value of this record ends. */
export function tailOf(record: KeyRecord, maxRecordBytes: number): Argument {
  const bytes = encodeRecord(record);
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteLength > maxRecordBytes) {
    const message = `RedisStore: the record has ${byteLength} bytes, and at most ${maxRecordBytes} are stored`;
    throw new OncekeyError("RECORD_TOO_LARGE", message);
  }
  if (byteLength <= MAX_TEXT_BYTES) {
    const text = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
    if (Buffer.byteLength(text) <= byteLength * 1.125) return `~${text}`;
  }
  const tail = Buffer.allocUnsafe(1 + byteLength);
  tail[0] = BYTES;
  tail.set(bytes, 1);
  return tail;
}

/** Reads a value that has that long to live. Anything else is a `RECORD_UNREADABLE` error, never a guess. */
export function readStanding(expiresInMs: number, value: Buffer): Stored {
  if (expiresInMs < 0) throw unreadable("it has no time to live, so something else has written or persisted it");
  const versionEnd = 1 + (value[0] ?? 0) - LENGTH_BASE;
  const markAt = endOfDigits(value, versionEnd);
  const mark = value[markAt];
  if (versionEnd <= 1 || markAt === versionEnd || (mark !== BYTES && mark !== TEXT)) {
    throw unreadable("it does not begin as a value of this store");
  }
  const tail = value.subarray(markAt + 1);
  return {
    version: value.toString("latin1", 1, versionEnd),
    record: decodeRecord(mark === BYTES ? tail : Buffer.from(tail.toString("utf8"), "latin1")),
    ageMs: Math.max(0, Number(value.toString("latin1", versionEnd, markAt)) - expiresInMs),
    expiresInMs,
  };
}

function endOfDigits(bytes: Buffer, start: number): number {
  let end = start;
  for (let byte = bytes[end]; byte !== undefined && byte >= 0x30 && byte <= 0x39; byte = bytes[end]) end += 1;
  return end;
}

export function unreadable(why: string, cause?: unknown): OncekeyError {
  return new OncekeyError("RECORD_UNREADABLE", `RedisStore: what stands under the key cannot be read: ${why}`, {
    cause,
  });
}
