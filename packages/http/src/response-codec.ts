import type { Omitted } from "@oncekey/core";
import { OncekeyError } from "@oncekey/core";
import type { CompleteResponse, HeaderLine } from "./response.js";

/*
 * The stored form of a response:
 *   format (1 byte), status (2), length of the head (4), head, body to the end.
 * The head is UTF-8, one `name:value` a line. A summary, of a response that was not kept, ends after the status.
 */
const FORMAT = 1;
const STATUS_AT = 1;
const HEAD_LENGTH_AT = 3;
const HEAD_AT = 7;

const utf8 = new TextEncoder();
const text = new TextDecoder("utf-8", { ignoreBOM: true });

/** Writes what a replay needs. */
export function encodeResponse({ status, headers, body }: CompleteResponse): Uint8Array {
  let lines = "";
  for (const [name, value] of headers) lines += `${name}:${value}\n`;
  const bytes = withRoom(lines.length, status, body);
  if (writeAscii(bytes, HEAD_AT, lines)) return bytes;
  const head = utf8.encode(lines);
  const longer = withRoom(head.byteLength, status, body);
  longer.set(head, HEAD_AT);
  return longer;
}

/** All but the head, for which there is room. */
function withRoom(headLength: number, status: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_AT + headLength + body.byteLength);
  writeStatus(bytes, status);
  // Byte by byte: a DataView for each response costs more than all of this.
  for (let at = HEAD_AT - 1, rest = headLength; at >= HEAD_LENGTH_AT; at--, rest >>>= 8) bytes[at] = rest;
  bytes.set(body, HEAD_AT + headLength);
  return bytes;
}

/** Stands for a response that was not kept. */
export function omittedResponse(status: number): Omitted {
  const summary = new Uint8Array(HEAD_LENGTH_AT);
  writeStatus(summary, status);
  return { omitted: true, summary };
}

/** Reads what {@link encodeResponse} wrote; anything else is a `RECORD_UNREADABLE` error. */
export function decodeResponse(bytes: Uint8Array): CompleteResponse {
  const view = viewOf(bytes);
  const bodyAt = bytes.byteLength < HEAD_AT ? Number.POSITIVE_INFINITY : HEAD_AT + view.getUint32(HEAD_LENGTH_AT);
  if (bytes[0] !== FORMAT || bodyAt > bytes.byteLength) {
    throw new OncekeyError("RECORD_UNREADABLE", "the stored result is not a response that this version can read");
  }
  const head = text.decode(bytes.subarray(HEAD_AT, bodyAt));
  return { status: view.getUint16(STATUS_AT), headers: linesOf(head), body: bytes.subarray(bodyAt) };
}

/** The status of a response that was not kept; `undefined` where nothing is known about it. */
export function statusOfOmitted({ summary }: Omitted): number | undefined {
  if (summary?.[0] !== FORMAT || summary.byteLength !== HEAD_LENGTH_AT) return undefined;
  return viewOf(summary).getUint16(STATUS_AT);
}

/**
 * Writes characters as bytes; false at the first that is not ASCII. Heads are short and nearly always ASCII, for which the
 * platform's encoder, and a copy of what it makes, take twice as long.
 */
function writeAscii(bytes: Uint8Array, at: number, head: string): boolean {
  for (let index = 0; index < head.length; index++) {
    const code = head.charCodeAt(index);
    if (code > 0x7f) return false;
    bytes[at + index] = code;
  }
  return true;
}

function linesOf(head: string): HeaderLine[] {
  const lines: HeaderLine[] = [];
  for (let at = 0, end = head.indexOf("\n"); end >= 0; at = end + 1, end = head.indexOf("\n", at)) {
    const colon = head.indexOf(":", at);
    lines.push([head.slice(at, colon), head.slice(colon + 1, end)]);
  }
  return lines;
}

function writeStatus(bytes: Uint8Array, status: number): void {
  bytes[0] = FORMAT;
  // As in all of these arrays, only the lowest eight bits are kept.
  bytes[STATUS_AT] = status >>> 8;
  bytes[STATUS_AT + 1] = status;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
