/** Compares plain values, bytes included; what differs is told as text. Runs in a browser as well. */
export function equal(actual: unknown, expected: unknown): void {
  const [seen, wanted] = [written(actual), written(expected)];
  if (seen !== wanted) throw new Error(`expected ${wanted}, got ${seen}`);
}

export function isTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected that ${what}`);
}

function written(value: unknown): string {
  const text = JSON.stringify(value, (_name, member: unknown) => {
    if (member instanceof Uint8Array)
      return { bytes: [...member.subarray(0, 32)], length: member.length, hash: hash(member) };
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    // The order of members says nothing.
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return text ?? "undefined";
}

/** Long bytes differ somewhere after those that are shown. */
function hash(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = (Math.imul(value, 31) + byte) | 0;
  return value;
}
