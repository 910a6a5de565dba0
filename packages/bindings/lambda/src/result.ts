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
  const lines = linesOf(headers, multiValueHeaders, cookies);
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
function linesOf(single: unknown, multiple: unknown, cookies: unknown): readonly HeaderLine[] {
  const lists = Object.entries(multiple ?? {});
  const listedNames = lists.map(([name]) => name.toLowerCase());
  const others = Object.entries(single ?? {}).filter(([name]) => !listedNames.includes(name.toLowerCase()));
  return others
    .concat(lists, [[setCookie, cookies]])
    .flatMap(([name, value]) => [value ?? []].flat().map((each): HeaderLine => [name, String(each)]));
}

/** A stored or protocol answer as a result of this format. */
export function resultOf({ status, headers: lines, body }: CompleteResponse, format: Format): HttpResult {
  const isBase64Encoded = !isUtf8(body);
  const text = Buffer.from(body).toString(isBase64Encoded ? "base64" : "utf8");
  // Nothing is put together by spreads, here and below: those take as long as all of the rest of a replay.
  const result: HttpResult = { statusCode: status, body: text, isBase64Encoded };
  const lists = listsOf(lines);
  if (format === "1.0") {
    result.multiValueHeaders = lists;
    return result;
  }
  const headers: Record<string, string> = {};
  result.headers = headers;
  for (const [name, list] of Object.entries(lists)) {
    if (name !== setCookie) headers[name] = list.join(", ");
    else if (format === "2.0") result.cookies = list;
    // An ALB without lists has room for one.
    else headers[name] = list.at(-1) ?? "";
  }
  return result;
}

function listsOf(lines: readonly HeaderLine[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [given, value] of lines) {
    const name = given.toLowerCase();
    lists[name] ??= [];
    lists[name].push(value);
  }
  return lists;
}
