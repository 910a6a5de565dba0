const decoder = new TextDecoder();
const INSERTION_SORT_UP_TO = 16;

/** Where one member of an object stands in the canonical output: its key with both quotes, and where its value ends. */
export interface MemberSpan {
  readonly start: number;
  readonly keyEnd: number;
  readonly end: number;
}

/**
 * Compares two keys of plain ASCII (no escape) as they stand in the output, quotes included: below 0 if the first
 * comes first, 0 if they are the same.
 */
export function comparePlainKeys(out: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): number {
  const aLength = aEnd - a;
  const bLength = bEnd - b;
  const shorter = Math.min(aLength, bLength);
  // The quote at each end is not part of the key, so a key that is the beginning of another comes first by its length.
  for (let index = 1; index < shorter - 1; index++) {
    const difference = (out[a + index] ?? 0) - (out[b + index] ?? 0);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/**
 * The members in the order of RFC 8785 (by UTF-16 code units of the key), or `undefined` if two have the same key.
 *
 * `plain` says that every key is ASCII without escapes, so that bytes can be compared as they stand.
 */
export function sortMembers(out: Uint8Array, members: MemberSpan[], plain: boolean): MemberSpan[] | undefined {
  const compare = plain ? byPlainKey(out) : byDecodedKey(out, members);
  const sorted = members.length <= INSERTION_SORT_UP_TO ? insertionSort(members, compare) : members.sort(compare);
  for (let index = 1; index < sorted.length; index++) {
    const before = sorted[index - 1];
    const member = sorted[index];
    if (before !== undefined && member !== undefined && compare(before, member) === 0) return undefined;
  }
  return sorted;
}

type Compare = (a: MemberSpan, b: MemberSpan) => number;

function byPlainKey(out: Uint8Array): Compare {
  return (a, b) => comparePlainKeys(out, a.start, a.keyEnd, b.start, b.keyEnd);
}

/** A key in canonical form is itself JSON, so the platform's parser gives the text whose code units count. */
function byDecodedKey(out: Uint8Array, members: readonly MemberSpan[]): Compare {
  const keys = new Map<MemberSpan, string>();
  for (const member of members) keys.set(member, JSON.parse(decoder.decode(out.subarray(member.start, member.keyEnd))));
  return (a, b) => {
    const first = keys.get(a) ?? "";
    const second = keys.get(b) ?? "";
    if (first === second) return 0;
    return first < second ? -1 : 1;
  };
}

function insertionSort(members: MemberSpan[], compare: Compare): MemberSpan[] {
  for (let index = 1; index < members.length; index++) {
    const moving = members[index];
    let hole = index;
    for (; hole > 0 && moving !== undefined; hole--) {
      const before = members[hole - 1];
      if (before === undefined || compare(before, moving) <= 0) break;
      members[hole] = before;
    }
    if (moving !== undefined) members[hole] = moving;
  }
  return members;
}
