import type { JsonBuffer } from "./json-buffer.js";
import { plainNumberEnd } from "./json-number.js";
import { cut, type Pieces } from "./json-pieces.js";
import { plainEnd } from "./json-string.js";
import { LENGTH_BYTES, packHead, packStrips, WORD_BYTES } from "./packed-strips.js";

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
  // Each has all that one loop reads, in the order in which it does: other code runs between two texts, and each array
  // more would be to fetch into the processor's nearest cache again.
  /** The strips between the scalars, as {@link packStrips} writes them. */
  readonly #between: DataView;
  /** For each run the words of its head and what it copies (see {@link stepsOf}), then the words of the tail. */
  readonly #steps: Int32Array;
  /** Where each scalar of a text starts and ends. */
  readonly #marks: Int32Array;
  readonly #verbatim: boolean;

  private constructor({ between, scalars }: Pieces, canonical: Uint8Array, verbatim: boolean) {
    const pieces = cut(canonical);
    const order = pieces.scalars.map((scalar) => Number(decode(scalar)));
    const tail = pieces.between.at(-1) ?? new Uint8Array(0);
    this.#between = packStrips(between);
    this.#steps = Int32Array.from([...runsOf(between, pieces.between, order).flatMap(stepsOf), ...packHead(tail)]);
    this.#verbatim = verbatim;
    this.#marks = new Int32Array(2 * scalars.length);
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
    const between = this.#between;
    const marks = this.#marks;
    let at = 0;
    let next = 0;
    for (let mark = 0; ; mark += 2) {
      let rest = between.getInt32(next, true);
      next += LENGTH_BYTES;
      for (; rest >= WORD_BYTES; rest -= WORD_BYTES, next += WORD_BYTES, at += WORD_BYTES) {
        if (between.getFloat64(next, true) !== words.getFloat64(at, true)) return false;
      }
      // Written out, for a function here would be one more than V8 puts into one piece with the loop.
      const low = (between.getInt32(next, true) ^ words.getInt32(at, true)) & between.getInt32(next + 8, true);
      const high =
        (between.getInt32(next + 4, true) ^ words.getInt32(at + 4, true)) & between.getInt32(next + 12, true);
      if ((low | high) !== 0) return false;
      next += 2 * WORD_BYTES;
      at += rest;
      if (mark === marks.length) return at === end;
      marks[mark] = at;
      at = scalarEnd(words, bytes, at);
      if (at < 0) return false;
      marks[mark + 1] = at;
    }
  }

  /** Writes the pieces of the text that was matched to `from` in the canonical order; returns the offset after them. */
  #arrange(words: DataView, from: number): number {
    const steps = this.#steps;
    const marks = this.#marks;
    let target = from;
    let step = 0;
    while (true) {
      const last = step + (steps[step] ?? 0);
      let offset = target;
      for (step++; step <= last; step++, offset += 4) words.setInt32(offset, steps[step] ?? 0, true);
      target += steps[step] ?? 0;
      step++;
      if (step === steps.length) return target;
      const start = (marks[steps[step] ?? 0] ?? 0) - (steps[step + 1] ?? 0);
      const end = marks[steps[step + 2] ?? 0] ?? 0;
      step += 3;
      const distance = target - start;
      for (let at = start; at < end; at += WORD_BYTES) {
        words.setFloat64(at + distance, words.getFloat64(at, true), true);
      }
      target += end - start;
    }
  }
}

/** A head, then the mark at which the first scalar starts, how many bytes before it belong to it, the last one's end. */
function stepsOf({ head, first, lead, last }: Run): number[] {
  return [...packHead(head), 2 * first, lead, 2 * last + 1];
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
