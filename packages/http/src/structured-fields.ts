/*
 * The grammar of Structured Fields (RFC 9651, section 4.2), as far as headers of the protocol use it: regular expressions
 * to be put together.
 */

/** A String, in its quotes. */
export const STRING = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"`;

/** A Byte Sequence, in its colons; the padding may be left out. */
export const BYTE_SEQUENCE = String.raw`:(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?:`;

/** The name of a parameter, or of a member of a Dictionary. */
export const KEY = String.raw`[a-z*][a-z\d_\-.*]*`;

const BARE_ITEMS = [
  String.raw`-?(?:\d{1,12}\.\d{1,3}|\d{1,15})`,
  STRING,
  String.raw`[A-Za-z*][!#$%&'*+\-.^_\`|~\dA-Za-z:/]*`,
  BYTE_SEQUENCE,
  String.raw`\?[01]`,
  String.raw`@-?\d{1,15}`,
  String.raw`%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[\da-f]{2})*"`,
];

/** One parameter of an item, with its semicolon. */
export const PARAMETER = `; *${KEY}(?:=(?:${BARE_ITEMS.join("|")}))?`;

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
