/** A content type, taken apart as far as the fingerprint needs it. */
export interface MediaType {
  /** `type/subtype`, lower case, without parameters; empty if there is no content type. */
  readonly essence: string;
  /** Whether the body is to be read as JSON: `application/json` or `+json`, in UTF-8 as far as the type says. */
  readonly json: boolean;
  /** Whether the body is to be read as parts. */
  readonly multipart: boolean;
}

const PARAMETER = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))[ \t]*/gy;
const JSON_SUFFIX = /^[^\s/,]+\/[^\s/,]+\+json$/;
const UTF8_CHARSETS = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);

let lastText: string | undefined;
let lastType: MediaType = { essence: "", json: false, multipart: false };

/** Reads a Content-Type field's value. One route sees the same one again and again, so the last is remembered. */
export function mediaTypeOf(contentType: string | null | undefined): MediaType {
  const text = contentType ?? "";
  if (text === lastText) return lastType;
  const semicolon = text.indexOf(";");
  const essence = (semicolon < 0 ? text : text.slice(0, semicolon)).trim().toLowerCase();
  const isJson = essence === "application/json" || JSON_SUFFIX.test(essence);
  lastType = {
    essence,
    json: isJson && isUtf8(text),
    multipart: essence.startsWith("multipart/"),
  };
  lastText = text;
  return lastType;
}

/**
 * Whether bodies of this Content-Type are compared by their bytes, so that a digest of the bytes says as much as they do.
 * JSON and multipart bodies are compared by what they say.
 */
export function comparesBytes(contentType: string | null | undefined): boolean {
  const { json, multipart } = mediaTypeOf(contentType);
  return !json && !multipart;
}

function isUtf8(contentType: string): boolean {
  const charset = parametersOf(contentType)?.get("charset");
  return charset === undefined || UTF8_CHARSETS.has(charset.toLowerCase());
}

/**
 * The parameters of a field's value such as `form-data; name="a"`, names in lower case, or `undefined` if they are
 * malformed or one is given twice. A quoted value is returned as it stands between the quotes, escapes and all:
 * servers differ in how they undo them.
 */
export function parametersOf(value: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  let at = value.indexOf(";");
  if (at < 0) return parameters;
  while (at < value.length) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(value);
    if (match === null) return /^;?[ \t]*$/.test(value.slice(at)) ? parameters : undefined;
    const name = (match[1] ?? "").toLowerCase();
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[2] ?? match[3] ?? "");
    at = PARAMETER.lastIndex;
  }
  return parameters;
}
