import { Buffer, isUtf8 } from "node:buffer";
import type { CapturedResponse, CompleteResponse, HeaderLine } from "@oncekey/http";
import { bytesOf, type Format } from "./event.js";
import type { HttpResult } from "./types.js";

const setCookie = "set-cookie";

/** What a gateway makes of a handler's result; without its bytes where they are more than may be kept. */
export function captureResult(result: unknown, format: Format, maxBytes: number): CapturedResponse {
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = formed(result, format);
  const status = Number(statusCode);
  if (!Number.isInteger(status)) {
    throw new TypeError(`the handler answered with the statusCode ${String(statusCode)}; it has to be a whole number`);
  }
  const lines = linesOf(headers, multiValueHeaders);
  for (const each of listed(cookies)) lines.push([setCookie, each]);
  const bytes = bytesOf(typeof body === "string" ? body : "", isBase64Encoded);
  return { status, headers: lines, body: bytes.byteLength > maxBytes ? undefined : bytes };
}

/** A handler's result, of which nothing is known. */
type Loose = Readonly<Partial<Record<keyof HttpResult, unknown>>>;

/** With format 2.0 a result that names no status is the body itself. */
function formed(result: unknown, format: Format): Loose {
  if (typeof result === "object" && result !== null && "statusCode" in result) return result;
  if (format === "2.0") {
    const body = typeof result === "string" ? result : (JSON.stringify(result) ?? "null");
    return { statusCode: 200, headers: { "content-type": "application/json" }, body };
  }
  throw new TypeError(`the handler answered ${String(result)}; a result for this event is an object with a statusCode`);
}

/** Of a name that is in both, the gateway takes the list. */
function linesOf(single: unknown, multiple: unknown): HeaderLine[] {
  const lists = Object.entries(multiple ?? {});
  const listedNames = lists.map(([name]) => name.toLowerCase());
  const lines: HeaderLine[] = [];
  for (const [name, value] of Object.entries(single ?? {})) {
    if (!listedNames.includes(name.toLowerCase())) addLines(lines, name, value);
  }
  for (const [name, value] of lists) addLines(lines, name, value);
  return lines;
}

function addLines(lines: HeaderLine[], name: string, value: unknown): void {
  for (const each of listed(value)) lines.push([name, each]);
}

const none: readonly string[] = [];

function listed(value: unknown): readonly string[] {
  if (value === undefined || value === null) return none;
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** A stored or protocol answer as a result of this format. */
export function resultOf({ status, headers: lines, body }: CompleteResponse, format: Format): HttpResult {
  const isBase64Encoded = !isUtf8(body);
  const text = textOf(body, isBase64Encoded ? "base64" : "utf8");
  const lists = listsOf(lines);
  // Spelt out, here and below: objects that are put together by spreads take as long as all of the rest of a replay.
  if (format === "1.0") return { statusCode: status, multiValueHeaders: lists, body: text, isBase64Encoded };
  const headers: Record<string, string> = {};
  for (const [name, list] of Object.entries(lists)) if (name !== setCookie) headers[name] = list.join(", ");
  const { [setCookie]: cookies } = lists;
  if (cookies !== undefined && format === "2.0") {
    return { statusCode: status, headers, cookies, body: text, isBase64Encoded };
  }
  // An ALB without lists has room for one.
  if (cookies !== undefined) headers[setCookie] = cookies.at(-1) ?? "";
  return { statusCode: status, headers, body: text, isBase64Encoded };
}

function listsOf(lines: readonly HeaderLine[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [given, value] of lines) {
    const name = given.toLowerCase();
    const list = lists[name];
    if (list === undefined) lists[name] = [value];
    else list.push(value);
  }
  return lists;
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array, encoding: "base64" | "utf8"): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString(encoding);
}
