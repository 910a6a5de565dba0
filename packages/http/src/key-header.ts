import { header } from "./protocol.js";
import { PARAMETER, STRING, trim } from "./structured-fields.js";

/**
 * What is wrong with a key.
 * - `missing`: there is no such header line.
 * - `empty`: there is one, and it holds no key.
 * - `multiple`: there is more than one line, or a list of keys in one.
 * - `malformed`: it is neither a quoted string nor a bare key.
 * - `forbidden-char`: a quoted key holds a space or a comma.
 * - `too-long`: it is longer than the limit.
 * - `not-a-string`: it is not a quoted string where the syntax is strict.
 */
export type KeyErrorCode =
  | "missing"
  | "empty"
  | "multiple"
  | "malformed"
  | "forbidden-char"
  | "too-long"
  | "not-a-string";

/** A key, or what is wrong with it. The message names the rule and never repeats the key. */
export type ParsedKey =
  | { readonly key: string; readonly error?: never }
  | { readonly key?: never; readonly error: { readonly code: KeyErrorCode; readonly message: string } };

/** How keys are read. */
export interface KeySyntax {
  /** `strict`: only the quoted string of the draft. `lenient` (default): also bare keys, as most APIs document them. */
  readonly syntax?: "lenient" | "strict";
  /** The most characters of a key, counted after unescaping. Default 255. */
  readonly maxLength?: number;
}

/** The limit that most APIs name. */
export const DEFAULT_MAX_KEY_LENGTH = 255;

/* A String, then parameters, which the draft does not define and so are ignored. */
const QUOTED = /* @__PURE__ */ quoted();
const ANOTHER_MEMBER = /^[ \t]*,/;
/** Visible ASCII without `"`, `,`, `;` and `\`, and not beginning like another kind of structured item. */
const BARE = /^(?![:?@(%])[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/**
 * Reads the value of an `Idempotency-Key` header.
 *
 * Hand over the header's lines as they came, where the platform tells them apart: two lines are an error even if they
 * are equal, because a proxy may join or drop one. `"abc"` and `abc` are the same key. Keys are compared octet by octet;
 * nothing is decoded or normalised.
 *
 * Source: draft-ietf-httpapi-idempotency-key-header-07, section 2.1; RFC 9651, section 3.3.3.
 */
export function parseIdempotencyKey(
  lines: string | readonly string[] | null | undefined,
  options: KeySyntax = {},
): ParsedKey {
  const { syntax = "lenient", maxLength = DEFAULT_MAX_KEY_LENGTH } = checkKeySyntax(options);
  if (lines === null || lines === undefined || lines.length === 0) return typeof lines === "string" ? empty : missing;
  if (typeof lines !== "string" && lines.length > 1) return multiple;
  const value = trim(typeof lines === "string" ? lines : (lines[0] ?? ""));
  if (value === "") return empty;
  if (value.startsWith('"')) return parseQuoted(value, maxLength);
  if (syntax === "strict") return wrong("not-a-string", 'it must be a string in double quotes: Idempotency-Key: "…"');
  return parseBare(value, maxLength);
}

/** Checks the options of {@link parseIdempotencyKey}, which are a programmer's. */
export function checkKeySyntax(options: KeySyntax): KeySyntax {
  const { syntax, maxLength } = options;
  if (syntax !== undefined && syntax !== "lenient" && syntax !== "strict") {
    throw new TypeError(`syntax: ${JSON.stringify(syntax)} is neither "lenient" nor "strict"`);
  }
  if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && maxLength >= 1 && maxLength <= 1_024)) {
    throw new TypeError(`maxLength: ${String(maxLength)} is not a whole number from 1 to 1024`);
  }
  return options;
}

function quoted(): RegExp {
  return new RegExp(`^(${STRING})(?:${PARAMETER})*`);
}

function parseQuoted(value: string, maxLength: number): ParsedKey {
  const match = QUOTED.exec(value);
  const quoted = match?.[1];
  if (match === null || quoted === undefined) return malformedString;
  const rest = value.slice(match[0].length);
  if (rest !== "") return ANOTHER_MEMBER.test(rest) ? multiple : malformedString;
  const key = quoted.slice(1, -1).replace(/\\(["\\])/g, "$1");
  if (key === "") return empty;
  if (/[ ,]/.test(key)) return wrong("forbidden-char", "it must not hold a space or a comma");
  return limited(key, maxLength);
}

function parseBare(value: string, maxLength: number): ParsedKey {
  if (BARE.test(value)) return limited(value, maxLength);
  if (value.includes(",")) return multiple;
  return wrong("malformed", 'it must be visible ASCII without spaces, or a string in double quotes: "…"');
}

function limited(key: string, maxLength: number): ParsedKey {
  if (key.length <= maxLength) return { key };
  return wrong("too-long", `it has ${key.length} characters; at most ${maxLength} are allowed`);
}

function wrong(code: KeyErrorCode, why: string): ParsedKey {
  return { error: { code, message: `${header.idempotencyKey} is invalid: ${why}` } };
}

const missing = /* @__PURE__ */ wrong("missing", "it is missing");
const empty = /* @__PURE__ */ wrong("empty", "it is empty; send a key, such as a UUID, or no header at all");
const multiple = /* @__PURE__ */ wrong("multiple", "there is more than one key; send one header line with one key");
const malformedString = /* @__PURE__ */ wrong(
  "malformed",
  "it begins with a double quote and is not a well-formed string",
);
