/*
 * The grammar of Structured Fields (RFC 9651, section 4.2), as far as headers of the protocol use it: regular expressions
 * to be put together.
 */

/** A String, in its quotes. */
export const STRING = /* @__PURE__ */ textOf(/"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/);

/** A Byte Sequence, in its colons; the padding may be left out. */
export const BYTE_SEQUENCE = /* @__PURE__ */ textOf(
  /:(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?:/,
);

/** The name of a parameter, or of a member of a Dictionary. */
export const KEY = /* @__PURE__ */ textOf(/[a-z*][a-z\d_\-.*]*/);

/** One parameter of an item, with its semicolon. */
export const PARAMETER = /* @__PURE__ */ parameter();

function parameter(): string {
  const bareItems = [
    textOf(/-?(?:\d{1,12}\.\d{1,3}|\d{1,15})/),
    STRING,
    textOf(/[A-Za-z*][!#$%&'*+\-.^_`|~\dA-Za-z:/]*/),
    BYTE_SEQUENCE,
    textOf(/\?[01]/),
    textOf(/@-?\d{1,15}/),
    textOf(/%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[\da-f]{2})*"/),
  ];
  return `; *${KEY}(?:=(?:${bareItems.join("|")}))?`;
}

function textOf({ source }: RegExp): string {
  return source;
}

/**
 * Takes optional white space away: spaces and tabs, nothing else (RFC 9110, section 5.5). Not by a regular expression:
 * `/[ \t]+$/` takes the square of the time for blanks in the middle, and a stranger may send 16 KiB of them.
 */
export function trim(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value[start])) start++;
  while (end > start && isBlank(value[end - 1])) end--;
  return value.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
