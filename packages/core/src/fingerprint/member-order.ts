import type { JsonBuffer } from "./json-buffer.js";

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const INSERTION_SORT_UP_TO = 16;
const decoder = new TextDecoder();

/**
 * Compares the keys that stand in quotes at two offsets, both of plain ASCII without escapes: below 0 if the first
 * comes first, 0 if they are the same.
 */
export function comparePlainKeys(bytes: Uint8Array, first: number, second: number): number {
  for (let index = 1; ; index++) {
    const a = bytes[first + index] ?? 0;
    const b = bytes[second + index] ?? 0;
    if (a === b) {
      if (a === QUOTE) return 0;
      continue;
    }
    // A key that is the beginning of another comes first, although some characters come before its closing quote.
    if (a === QUOTE) return -1;
    return b === QUOTE ? 1 : a - b;
  }
}

/**
 * Puts the members of an object in the order of RFC 8785, by the UTF-16 code units of their keys; false if two have
 * the same key. They stand in the output one after the other, a comma between; `buffer.spans` has the start and the end
 * of each from `base` on.
 *
 * @param plain whether every key is ASCII without escapes, so that bytes can be compared as they stand
 */
export function orderMembers(buffer: JsonBuffer, base: number, plain: boolean): boolean {
  const first = buffer.spans[base] ?? 0;
  const last = buffer.spans[buffer.spanTop - 1] ?? 0;
  const few = buffer.spanTop - base <= 2 * INSERTION_SORT_UP_TO;
  const unique = plain && few ? insertionSort(buffer, base) : sortSpans(buffer, base, plain);
  if (unique) moveMembers(buffer, base, first, last);
  return unique;
}

function insertionSort({ bytes, spans, spanTop }: JsonBuffer, base: number): boolean {
  for (let index = base + 2; index < spanTop; index += 2) {
    const start = spans[index] ?? 0;
    const end = spans[index + 1] ?? 0;
    let hole = index;
    for (; hole > base; hole -= 2) {
      const before = spans[hole - 2] ?? 0;
      const order = comparePlainKeys(bytes, before, start);
      if (order === 0) return false;
      if (order < 0) break;
      spans[hole] = before;
      spans[hole + 1] = spans[hole - 1] ?? 0;
    }
    spans[hole] = start;
    spans[hole + 1] = end;
  }
  return true;
}

interface Member {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** For many members, and for keys whose bytes are in another order than their code units. */
function sortSpans({ bytes, spans, spanTop }: JsonBuffer, base: number, plain: boolean): boolean {
  const members: Member[] = [];
  for (let index = base; index < spanTop; index += 2) {
    const start = spans[index] ?? 0;
    members.push({ key: plain ? "" : decodedKey(bytes, start), start, end: spans[index + 1] ?? 0 });
  }
  const compare = (a: Member, b: Member) =>
    plain ? comparePlainKeys(bytes, a.start, b.start) : compareTexts(a.key, b.key);
  members.sort(compare);
  let index = base;
  let before: Member | undefined;
  for (const member of members) {
    if (before !== undefined && compare(before, member) === 0) return false;
    spans[index++] = member.start;
    spans[index++] = member.end;
    before = member;
  }
  return true;
}

/** A key in canonical form is itself JSON, so the platform's parser gives the text whose code units count. */
function decodedKey(bytes: Uint8Array, start: number): string {
  let end = start + 1;
  while (bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return JSON.parse(decoder.decode(bytes.subarray(start, end + 1)));
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Copies the members, which stand from `first` to `last`, beside themselves, then back in the new order. */
function moveMembers(buffer: JsonBuffer, base: number, first: number, last: number): void {
  const { spans, spanTop } = buffer;
  const distance = last - first;
  buffer.reserve(distance);
  buffer.bytes.copyWithin(last, first, last);
  let target = first;
  for (let index = base; index < spanTop; index += 2) {
    const start = spans[index] ?? 0;
    const end = spans[index + 1] ?? 0;
    if (target > first) buffer.bytes[target++] = COMMA;
    buffer.copy(target, start + distance, end + distance);
    target += end - start;
  }
}
