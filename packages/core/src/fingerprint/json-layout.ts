import type { JsonBuffer } from "./json-buffer.js";
import { plainNumberEnd } from "./json-number.js";
import { cut, type Pieces } from "./json-pieces.js";
import { plainEnd } from "./json-string.js";
import { type PackedStrips, packStrips } from "./packed-strips.js";

const QUOTE = 0x22;
const TRUE = 0x65757274;
const NULL = 0x6c6c756e;
const FALS = 0x736c6166;
const LOWER_E = 0x65;
const FAILED = -1;
const encoder = new TextEncoder();

/** A part of the canonical form: something new, then a piece of the text from before one scalar to the end of another. */
interface Run {
  readonly head: Uint8Array;
  /** How many bytes before the first scalar belong to the piece. */
  readonly lead: number;
  readonly first: number;
  readonly last: number;
}

/**
 * How a JSON text is laid out. Writes the canonical form of another one that differs from it in its scalar values alone.
 *
 * What one client library sends to one route has the same names in the same order with the same white space. Then it is
 * enough to compare what stands between the values, and to copy the pieces to where the canonical form had them. Any
 * difference, and any value that is not plain, is left to the canonicaliser.
 */
export class JsonLayout {
  readonly #between: PackedStrips;
  readonly #heads: PackedStrips;
  readonly #runs: Int32Array;
  readonly #verbatim: boolean;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  private constructor({ between, scalars }: Pieces, canonical: Uint8Array, verbatim: boolean) {
    const pieces = cut(canonical);
    const order = pieces.scalars.map((scalar) => Number(decode(scalar)));
    const tail = pieces.between.at(-1) ?? new Uint8Array(0);
    const runs = runsOf(between, pieces.between, order);
    this.#between = packStrips(between);
    this.#heads = packStrips([...runs.map(({ head }) => head), tail]);
    this.#runs = Int32Array.from(runs.flatMap(({ first, lead, last }) => [first, lead, last]));
    this.#verbatim = verbatim;
    this.#starts = new Int32Array(scalars.length);
    this.#ends = new Int32Array(scalars.length);
  }

  /**
   * The layout of a text, or `undefined` if that of its canonical form depends on its values.
   *
   * @param text valid JSON
   * @param canonicalise gives the canonical form of the text with a number for each scalar, to see where they go
   */
  static of(text: Uint8Array, canonicalise: (numbered: Uint8Array) => Uint8Array | undefined): JsonLayout | undefined {
    const pieces = cut(text);
    const { between, scalars } = pieces;
    const numbered = between.map((strip, index) => decode(strip) + (index < scalars.length ? index : "")).join("");
    const canonical = canonicalise(encoder.encode(numbered));
    return canonical && new JsonLayout(pieces, canonical, decode(canonical) === numbered);
  }

  /**
   * The canonical form of the text in the buffer if it is laid out as expected, which is the text itself where that is
   * canonical; else `undefined`, and nothing is written.
   */
  apply(buffer: JsonBuffer, text: Uint8Array): Uint8Array | undefined {
    if (!this.#match(buffer)) return undefined;
    if (this.#verbatim) return text;
    buffer.shift = this.#arrange(buffer.words, buffer.shift) - buffer.end;
    return buffer.written(buffer.end);
  }

  /** Finds the scalars of a text that is laid out as expected. */
  #match({ words, bytes, end }: JsonBuffer): boolean {
    const { words: expected, lasts, masks, lengths } = this.#between;
    const starts = this.#starts;
    const ends = this.#ends;
    const count = starts.length;
    let at = 0;
    for (let index = 0, word = 0; index <= count; index++, word++) {
      const last = lasts[index] ?? 0;
      let offset = at;
      let difference = 0;
      for (; word < last; word++, offset += 4) difference |= (expected[word] ?? 0) ^ words.getInt32(offset, true);
      difference |= ((expected[last] ?? 0) ^ words.getInt32(offset, true)) & (masks[index] ?? 0);
      if (difference !== 0) return false;
      at += lengths[index] ?? 0;
      if (index === count) return at === end;
      starts[index] = at;
      at = scalarEnd(words, bytes, at);
      if (at < 0) return false;
      ends[index] = at;
    }
    return false;
  }

  /** Writes the pieces of the text that was matched to `from` in the canonical order; returns the offset after them. */
  #arrange(words: DataView, from: number): number {
    const { words: heads, lasts, lengths } = this.#heads;
    const runs = this.#runs;
    const starts = this.#starts;
    const ends = this.#ends;
    let target = from;
    for (let index = 0, word = 0, run = 0; index < lasts.length; index++, run += 3) {
      const last = lasts[index] ?? 0;
      for (let offset = target; word <= last; word++, offset += 4) words.setInt32(offset, heads[word] ?? 0, true);
      target += lengths[index] ?? 0;
      if (run === runs.length) break;
      const start = (starts[runs[run] ?? 0] ?? 0) - (runs[run + 1] ?? 0);
      const end = ends[runs[run + 2] ?? 0] ?? 0;
      const distance = target - start;
      for (let at = start; at < end; at += 4) words.setInt32(at + distance, words.getInt32(at, true), true);
      target += end - start;
    }
    return target;
  }
}

function runsOf(between: readonly Uint8Array[], canonical: readonly Uint8Array[], order: readonly number[]): Run[] {
  const runs: Run[] = [];
  order.forEach((scalar, place) => {
    const strip = canonical[place] ?? new Uint8Array(0);
    const before = between[scalar] ?? new Uint8Array(0);
    const lead = commonEnd(strip, before);
    const run = runs.at(-1);
    const goesOn = run?.last === scalar - 1 && lead === strip.length && lead === before.length;
    if (run !== undefined && goesOn) runs[runs.length - 1] = { ...run, last: scalar };
    else runs.push({ head: strip.slice(0, strip.length - lead), lead, first: scalar, last: scalar });
  });
  return runs;
}

/** How many bytes at their ends two texts have in common. */
function commonEnd(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

/** The end of a scalar that is canonical as it stands and, if it is a string, stands between quotes; or -1. */
function scalarEnd(words: DataView, bytes: Uint8Array, at: number): number {
  if (bytes[at - 1] === QUOTE) return plainEnd(words, at);
  switch (words.getInt32(at, true)) {
    case TRUE:
    case NULL:
      return at + 4;
    case FALS:
      return bytes[at + 4] === LOWER_E ? at + 5 : FAILED;
    default:
      return plainNumberEnd(bytes, at);
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
