const WORD_BYTES = 4;

/**
 * Short runs of bytes, one after the other, to be compared or copied four bytes at a time. Each ends with a word that it
 * fills in part or not at all.
 *
 * Open to those who use it: they run through many strips in one loop, where a method for each would double the time.
 */
export interface PackedStrips {
  readonly words: Int32Array;
  /** Where the last word of each strip stands in `words`. */
  readonly lasts: Int32Array;
  /** Which bits of the last word of each strip count. */
  readonly masks: Int32Array;
  /** The length of each strip in bytes. */
  readonly lengths: Int32Array;
}

export function packStrips(strips: readonly Uint8Array[]): PackedStrips {
  const words: number[] = [];
  const lasts: number[] = [];
  for (const strip of strips) {
    const padded = new Uint8Array(strip.length + WORD_BYTES);
    padded.set(strip);
    const view = new DataView(padded.buffer);
    for (let at = 0; at + WORD_BYTES <= padded.length; at += WORD_BYTES) words.push(view.getInt32(at, true));
    lasts.push(words.length - 1);
  }
  return {
    words: Int32Array.from(words),
    lasts: Int32Array.from(lasts),
    masks: Int32Array.from(strips, ({ length }) => 2 ** (8 * (length % WORD_BYTES)) - 1),
    lengths: Int32Array.from(strips, ({ length }) => length),
  };
}
