import type { JsonBuffer } from "./json-buffer.js";
import { plainNumberEnd } from "./json-number.js";
import { plainStringEnd } from "./json-string.js";

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const FAILED = -1;
const LARGEST_BYTES = 2048;
/** Learning takes as long as reading a text four times. */
const LEARN_AFTER_MISSES = 64;
const PADDING_BYTES = 4;
const encoder = new TextEncoder();

/** A JSON text cut into its scalar values and what stands between them: punctuation, white space and names. */
interface Pieces {
  /** One more than there are scalars. */
  readonly between: readonly Uint8Array[];
  readonly scalars: readonly Uint8Array[];
}

/** A part of the canonical form: something new, then a piece of the text from before one scalar to the end of another. */
interface Run {
  readonly head: Uint8Array;
  /** How many bytes before the first scalar belong to the piece. */
  readonly lead: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Remembers how a JSON text of late was laid out, and writes the canonical form of another one that differs from it in
 * its scalar values alone.
 *
 * What one client library sends to one route has the same names in the same order with the same white space. Then it is
 * enough to compare what stands between the values, and to copy the pieces to where the canonical form had them. Any
 * difference, and any value that is not plain, is left to the canonicaliser.
 */
export class JsonLayout {
  #between = new Strips([]);
  #count = -1;
  #heads = new Strips([]);
  #runs = new Int32Array(0);
  #verbatim = false;
  #misses = LEARN_AFTER_MISSES;
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);

  /**
   * The canonical form of the text in the buffer if it is laid out as expected, which is the text itself where that is
   * canonical; else `undefined`, and nothing that counts is written.
   */
  apply(buffer: JsonBuffer, text: Uint8Array): Uint8Array | undefined {
    if (!this.#match(buffer)) {
      this.#misses++;
      return undefined;
    }
    this.#misses = 0;
    if (this.#verbatim) return text;
    const { words } = buffer;
    const starts = this.#starts;
    const ends = this.#ends;
    const runs = this.#runs;
    let target = buffer.shift;
    for (let index = 0; index < runs.length; index += 3) {
      target = this.#heads.write(words, target, index / 3);
      const start = (starts[runs[index] ?? 0] ?? 0) - (runs[index + 1] ?? 0);
      const end = ends[runs[index + 2] ?? 0] ?? 0;
      for (let at = start; at < end; at += 4) words.setInt32(at - start + target, words.getInt32(at, true), true);
      target += end - start;
    }
    buffer.shift = this.#heads.write(words, target, runs.length / 3) - buffer.end;
    return buffer.written(buffer.end);
  }

  #match(buffer: JsonBuffer): boolean {
    const count = this.#count;
    if (count < 0) return false;
    let at = 0;
    for (let index = 0; index < count; index++) {
      at = this.#between.match(buffer.words, at, index);
      if (at < 0 || at >= buffer.end) return false;
      this.#starts[index] = at;
      at = scalarEnd(buffer, at);
      if (at < 0) return false;
      this.#ends[index] = at;
    }
    return this.#between.match(buffer.words, at, count) === buffer.end;
  }

  /** Whether it is time to look at another text. */
  wants(text: Uint8Array): boolean {
    return this.#misses >= LEARN_AFTER_MISSES && text.length <= LARGEST_BYTES;
  }

  /**
   * Learns a text's layout.
   *
   * @param text valid JSON
   * @param canonicalise gives the canonical form of the text with a number for each scalar, to see where they go
   */
  learn(text: Uint8Array, canonicalise: (numbered: Uint8Array) => Uint8Array | undefined): void {
    this.#misses = 0;
    const { between, scalars } = cut(text);
    const numbered = between.map((strip, index) => decode(strip) + (index < scalars.length ? index : ""));
    const canonical = canonicalise(encoder.encode(numbered.join("")));
    if (canonical === undefined) return;
    const pieces = cut(canonical);
    const order = pieces.scalars.map((scalar) => Number(decode(scalar)));
    const tail = pieces.between.at(-1) ?? new Uint8Array(0);
    const runs = runsOf(between, pieces.between, order);
    this.#runs = Int32Array.from(runs.flatMap(({ first, lead, last }) => [first, lead, last]));
    this.#starts = new Int32Array(scalars.length);
    this.#ends = new Int32Array(scalars.length);
    this.#between = new Strips(between);
    this.#count = scalars.length;
    this.#heads = new Strips([...runs.map(({ head }) => head), tail]);
    this.#verbatim = decode(canonical) === numbered.join("");
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

/** Texts one after the other in one memory, each compared or copied four bytes at a time. */
class Strips {
  readonly #words: DataView;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;

  constructor(strips: readonly Uint8Array[]) {
    const starts: number[] = [];
    const ends: number[] = [];
    let length = 0;
    for (const strip of strips) {
      starts.push(length);
      ends.push(length + strip.length);
      length += strip.length;
    }
    const bytes = new Uint8Array(length + PADDING_BYTES);
    strips.forEach((strip, index) => {
      bytes.set(strip, starts[index]);
    });
    this.#words = new DataView(bytes.buffer);
    this.#starts = Int32Array.from(starts);
    this.#ends = Int32Array.from(ends);
  }

  /** The offset after strip `index`, which is to stand at `at`, or -1 if something else does. */
  match(words: DataView, at: number, index: number): number {
    const start = this.#starts[index] ?? 0;
    const end = this.#ends[index] ?? 0;
    const distance = at - start;
    let offset = start;
    for (; offset + 4 <= end; offset += 4) {
      if (this.#words.getInt32(offset, true) !== words.getInt32(offset + distance, true)) return FAILED;
    }
    // What is left of the last word: the bytes beyond are shifted out.
    const difference = this.#words.getInt32(offset, true) ^ words.getInt32(offset + distance, true);
    return offset < end && difference << (8 * (4 - (end - offset))) !== 0 ? FAILED : at + end - start;
  }

  /** Copies strip `index` to `target`, running over by up to three bytes, and returns the offset after it. */
  write(words: DataView, target: number, index: number): number {
    const start = this.#starts[index] ?? 0;
    const end = this.#ends[index] ?? 0;
    const distance = target - start;
    for (let offset = start; offset < end; offset += 4) {
      words.setInt32(offset + distance, this.#words.getInt32(offset, true), true);
    }
    return target + end - start;
  }
}

/** The end of a scalar that is canonical as it stands, or -1. */
function scalarEnd(buffer: JsonBuffer, at: number): number {
  switch (buffer.bytes[at]) {
    case QUOTE:
      return plainStringEnd(buffer.words, at + 1);
    case 0x74:
      return wordEnd(buffer.bytes, at, "true");
    case 0x66:
      return wordEnd(buffer.bytes, at, "false");
    case 0x6e:
      return wordEnd(buffer.bytes, at, "null");
    default:
      return plainNumberEnd(buffer.bytes, at);
  }
}

function wordEnd(bytes: Uint8Array, at: number, word: string): number {
  for (let index = 1; index < word.length; index++) if (bytes[at + index] !== word.charCodeAt(index)) return FAILED;
  return at + word.length;
}

/** Cuts valid JSON. */
function cut(text: Uint8Array): Pieces {
  const between: Uint8Array[] = [];
  const scalars: Uint8Array[] = [];
  let done = 0;
  let at = 0;
  while (at < text.length) {
    const end = tokenEnd(text, at);
    if (isScalar(text, at, end)) {
      between.push(text.slice(done, at));
      scalars.push(text.slice(at, end));
      done = end;
    }
    at = end;
  }
  between.push(text.slice(done));
  return { between, scalars };
}

/** A string is a value unless a colon follows; punctuation and white space are one byte each. */
function isScalar(text: Uint8Array, at: number, end: number): boolean {
  if (text[at] !== QUOTE) return !isPunctuation(text[at]);
  let next = end;
  while (next < text.length && (text[next] ?? 0) <= 0x20) next++;
  return text[next] !== COLON;
}

function tokenEnd(text: Uint8Array, at: number): number {
  let end = at + 1;
  if (isPunctuation(text[at])) return end;
  if (text[at] !== QUOTE) {
    while (end < text.length && !isPunctuation(text[end])) end++;
    return end;
  }
  while (text[end] !== QUOTE) end += text[end] === BACKSLASH ? 2 : 1;
  return end + 1;
}

function isPunctuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte <= 0x20 || "{}[],:".includes(String.fromCharCode(byte)));
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
