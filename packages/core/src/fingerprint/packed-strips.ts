/** How many bytes of a strip are compared at a time. */
export const WORD_BYTES = 8;
/** The length of a strip, before its bytes. */
export const LENGTH_BYTES = 4;
const HEAD_WORD_BYTES = 4;

/**
 * Short runs of bytes, one after the other, to be compared eight bytes at a time. Each begins with its length; its last
 * word is filled in part or not at all, and after it comes another one that says which of its bits count.
 *
 * A word is read as a double, the only way to have eight bytes of a `DataView` in one piece without an object for them.
 * That is exact for UTF-8: a NaN would need the byte 0xff, or 0x7f right after one of 0xf0 and above, and neither
 * occurs; zeros of different signs would need a word of NULs.
 */
export function packStrips(strips: readonly Uint8Array[]): DataView {
  const packed = strips.map(packStrip);
  const bytes = new Uint8Array(packed.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const strip of packed) {
    bytes.set(strip, at);
    at += strip.length;
  }
  return new DataView(bytes.buffer);
}

function packStrip(strip: Uint8Array): Uint8Array {
  const rest = strip.length % WORD_BYTES;
  const maskAt = LENGTH_BYTES + strip.length - rest + WORD_BYTES;
  const packed = new Uint8Array(maskAt + WORD_BYTES);
  new DataView(packed.buffer).setInt32(0, strip.length, true);
  packed.set(strip, LENGTH_BYTES);
  packed.fill(0xff, maskAt, maskAt + rest);
  return packed;
}

/**
 * A short run of bytes as numbers, to be written four bytes at a time: how many words there are, the words (the bytes
 * after the run's end in the last one are zeros), the length in bytes.
 */
export function packHead(head: Uint8Array): number[] {
  const words: number[] = [];
  const padded = new DataView(Uint8Array.of(...head, 0, 0, 0).buffer);
  for (let at = 0; at < head.length; at += HEAD_WORD_BYTES) words.push(padded.getInt32(at, true));
  return [words.length, ...words, head.length];
}
