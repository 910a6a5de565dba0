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
  const lines = [
    ...linesOf(headers, multiValueHeaders),
    ...listed(cookies).map((each): HeaderLine => [setCookie, each]),
  ];
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
function linesOf(single: unknown, multiple: unknown): readonly HeaderLine[] {
  const lists = Object.entries(multiple ?? {});
  const listedNames = new Set(lists.map(([name]) => name.toLowerCase()));
  const others = Object.entries(single ?? {}).filter(([name]) => !listedNames.has(name.toLowerCase()));
  return [...others, ...lists].flatMap(([name, value]) => listed(value).map((each): HeaderLine => [name, each]));
}

function listed(value: unknown): readonly string[] {
  return [value ?? []].flat().map(String);
}

/** A stored or protocol answer as a result of this format. */
export function resultOf({ status, headers, body }: CompleteResponse, format: Format): HttpResult {
  return { statusCode: status, ...fieldsOf(headers, format), ...textOf(body) };
}

function fieldsOf(
  lines: readonly HeaderLine[],
  format: Format,
): Pick<HttpResult, "headers" | "multiValueHeaders" | "cookies"> {
  const lists: Record<string, string[]> = {};
  for (const [given, value] of lines) {
    const name = given.toLowerCase();
    lists[name] = [...(lists[name] ?? []), value];
  }
  if (format === "1.0") return { multiValueHeaders: lists };
  const { [setCookie]: cookies, ...others } = lists;
  const headers: Record<string, string> = {};
  for (const [name, list] of Object.entries(others)) headers[name] = list.join(", ");
  if (cookies === undefined) return { headers };
  // An ALB without lists has room for one.
  return format === "2.0" ? { headers, cookies } : { headers: { ...headers, [setCookie]: cookies.at(-1) ?? "" } };
}

function textOf(body: Uint8Array): Pick<HttpResult, "body" | "isBase64Encoded"> {
  const isBase64Encoded = !isUtf8(body);
  return { body: Buffer.from(body).toString(isBase64Encoded ? "base64" : "utf8"), isBase64Encoded };
}
