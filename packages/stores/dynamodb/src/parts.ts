/** DynamoDB takes items of 400 KiB, names and key included; a part is an item with nothing but a key and a time. */
export const PART_BYTES = 384 * 1024;

/** Far more than an answer should have; it takes eleven parts. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Cuts what is too large for its own item into parts; no parts: it is not. */
export function partsOf(bytes: Uint8Array, inlineMaxBytes: number): readonly Uint8Array[] {
  if (bytes.byteLength <= inlineMaxBytes) return [];
  const parts: Uint8Array[] = [];
  for (let start = 0; start < bytes.byteLength; start += PART_BYTES) {
    parts.push(bytes.subarray(start, start + PART_BYTES));
  }
  return parts;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}

/**
 * The key of a part. It names the write that the part belongs to, so no two writes share one, and it cannot be the key of
 * a record: ids have no dots.
 */
export function partKey(id: string, version: string, index: number): string {
  return `${id}.${index}.${version}`;
}
