import type { KeyPlace, ProtocolAdapter } from "./protocols/adapter.js";
import type { BodySnapshot } from "./request-body.js";
import type { RequestHeaders } from "./request-headers.js";

/** A request with its key in place. */
export interface Keyed {
  readonly key: string;
  readonly body: BodySnapshot;
}

/**
 * Puts the key where the protocol has it, into `headers` or into the body; a key that is there already stays.
 *
 * @throws TypeError where the key cannot be put: too long, not writable in a header, or a body that is no JSON object.
 */
export function placeKey(
  protocol: ProtocolAdapter,
  headers: RequestHeaders,
  body: BodySnapshot,
  mint: () => string,
): Keyed {
  return protocol.key.in === "header"
    ? { key: inHeader(protocol, protocol.key, headers, mint), body }
    : inBody(protocol, protocol.key.field, body, mint);
}

/** The key that a request bears already, decoded; `undefined` where there is none. */
function existingKey(place: KeyPlace, headers: RequestHeaders): string | undefined {
  if (place.in === "body") return undefined;
  const value = headers.get(place.name)?.trim();
  return value === undefined || value === "" ? undefined : unquoted(value);
}

type HeaderPlace = Extract<KeyPlace, { in: "header" }>;

function inHeader(protocol: ProtocolAdapter, place: HeaderPlace, headers: RequestHeaders, mint: () => string): string {
  const existing = existingKey(place, headers);
  if (existing !== undefined) return existing;
  const key = checked(protocol, mint());
  headers.set(place.name, place.quoted ? quoted(key) : key);
  return key;
}

function inBody(protocol: ProtocolAdapter, field: string, body: BodySnapshot, mint: () => string): Keyed {
  if (body.kind !== "bytes") throw noJsonObject(protocol, field);
  const text = typeof body.body === "string" ? body.body : new TextDecoder().decode(body.body);
  const value = jsonObject(text);
  if (value === undefined) throw noJsonObject(protocol, field);
  if (field in value) {
    const existing: unknown = Reflect.get(value, field);
    if (typeof existing === "string" && existing !== "") return { key: existing, body };
    throw new TypeError(
      `${field}: ${JSON.stringify(existing)} in the body is no key; leave the member out or give a text`,
    );
  }
  const key = checked(protocol, mint());
  // Spliced into the text, so that the rest of it goes out as the caller wrote it.
  const start = text.indexOf("{") + 1;
  const comma = Object.keys(value).length > 0 ? "," : "";
  const spliced = `${text.slice(0, start)}${JSON.stringify(field)}:${JSON.stringify(key)}${comma}${text.slice(start)}`;
  return { key, body: { ...body, body: spliced } };
}

function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function noJsonObject(protocol: ProtocolAdapter, field: string): TypeError {
  return new TypeError(`the protocol ${protocol.name} puts the key into the body as ${field}: expected a JSON object`);
}

/** What a Structured Field string can hold (RFC 9651, section 3.3.3), without spaces and commas, which servers refuse. */
const WRITABLE = /^[\x21-\x2B\x2D-\x7E]+$/;

function checked(protocol: ProtocolAdapter, key: string): string {
  const { maxKeyLength = 255, name } = protocol;
  if (typeof key !== "string" || !WRITABLE.test(key)) {
    throw new TypeError(`key: ${JSON.stringify(key)} is not a text of visible ASCII characters without commas`);
  }
  if (key.length > maxKeyLength) {
    throw new TypeError(
      `key: ${JSON.stringify(key)} has ${key.length} characters; ${name} takes at most ${maxKeyLength}`,
    );
  }
  return key;
}

function quoted(key: string): string {
  // Those that are made here have nothing to escape.
  const escaped = key.includes('"') || key.includes("\\") ? key.replaceAll(/["\\]/g, "\\$&") : key;
  return `"${escaped}"`;
}

function unquoted(value: string): string {
  if (!/^".*"$/.test(value)) return value;
  return value.slice(1, -1).replaceAll(/\\(["\\])/g, "$1");
}
