/** Zero bytes after the input: no reader gets past them, so none has to compare with the end. */
const SENTINEL_BYTES = 16;
/** Room for a number that comes out longer than it went in, and for copies that run over by up to a word. */
const SLACK_BYTES = 64;
/** Not a power of two: a processor takes a load for one of a store that is a multiple of 4096 bytes away. */
const SMALL_INPUT_BYTES = 4 * 1024 + 512;
const LARGEST_KEPT_BYTES = 1024 * 1024;
const MOST_KEPT_SPANS = 16 * 1024;
const BLOCK_COPY_FROM_BYTES = 128;

/**
 * The memory that the canonicaliser works in: a copy of the input, then zeros, then the output.
 *
 * A reader takes the offset it reads at and returns the offset after what it has read. It writes at that offset plus
 * {@link shift}, which changes only where the canonical form has another length than the input. There is always room
 * for what is still to be read; whoever writes more calls {@link reserve}. Memory of ordinary size is kept.
 */
export class JsonBuffer {
  bytes = new Uint8Array(0);
  /** The same memory, four bytes at a time at any offset. */
  words = new DataView(this.bytes.buffer);
  /** Where the input ends. */
  end = 0;
  shift = 0;
  depth = 0;
  /** Whether the string read last is ASCII without escapes. */
  plain = true;
  /** Start and end in the output of each member of the objects that are open, `spanTop` numbers in all. */
  readonly spans: number[] = [];
  spanTop = 0;
  #outputAt = 0;
  // Making a view costs a tenth of hashing a small body, and sizes recur.
  #views: Uint8Array[] = [];

  /** Takes a copy of the input; reading starts at 0. */
  load(input: Uint8Array): void {
    const { length } = input;
    const small = length + SENTINEL_BYTES <= SMALL_INPUT_BYTES;
    const outputAt = small ? SMALL_INPUT_BYTES : length + SENTINEL_BYTES;
    this.#outputAt = outputAt;
    this.end = length;
    this.shift = outputAt;
    this.depth = 0;
    this.spanTop = 0;
    // Twice the input after the output's start: an object whose members are out of order is copied beside itself.
    this.#require(3 * outputAt + SLACK_BYTES, 0);
    this.bytes.set(input);
    const { words } = this;
    words.setFloat64(length, 0, true);
    words.setFloat64(length + 8, 0, true);
  }

  /** The output, when the reader stands at `at`; valid until the next {@link load}. */
  written(at: number): Uint8Array {
    const length = at + this.shift - this.#outputAt;
    if (this.#outputAt !== SMALL_INPUT_BYTES || length > SMALL_INPUT_BYTES) return this.#view(length);
    const known = this.#views[length];
    if (known !== undefined) return known;
    const view = this.#view(length);
    this.#views[length] = view;
    return view;
  }

  #view(length: number): Uint8Array {
    return this.bytes.subarray(this.#outputAt, this.#outputAt + length);
  }

  /** Gives large memory back. */
  unload(): void {
    if (this.spans.length > MOST_KEPT_SPANS) this.spans.length = 0;
    if (this.bytes.length > LARGEST_KEPT_BYTES) this.#replace(new Uint8Array(0));
  }

  /** Makes sure of room for `extra` bytes beside what is still to be read. */
  reserve(extra: number): void {
    const written = this.end + this.shift;
    this.#require(written + extra + SLACK_BYTES, written);
  }

  #require(capacity: number, kept: number): void {
    if (capacity <= this.bytes.length) return;
    const grown = new Uint8Array(kept === 0 ? capacity : Math.ceil(capacity * 1.5));
    grown.set(this.bytes.subarray(0, kept));
    this.#replace(grown);
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.words = new DataView(bytes.buffer);
    this.#views = [];
  }

  /** Skips white space, of which there mostly is none. */
  skipSpace(at: number): number {
    return (this.bytes[at] ?? 0) > 0x20 ? at : this.#skipRun(at);
  }

  #skipRun(at: number): number {
    const { bytes } = this;
    let next = at;
    while (isSpace(bytes[next])) next++;
    this.shift -= next - at;
    return next;
  }

  /** Copies one byte of the input to the output. */
  copyByte(at: number): number {
    this.bytes[at + this.shift] = this.bytes[at] ?? 0;
    return at + 1;
  }

  /** Writes ASCII text in place of the input from `at` to `end`. */
  replace(at: number, end: number, text: string): number {
    const target = at + this.shift;
    for (let index = 0; index < text.length; index++) this.bytes[target + index] = text.charCodeAt(index);
    this.shift += text.length - (end - at);
    return end;
  }

  /** Copies within the memory, running over by up to three bytes. */
  copy(target: number, from: number, to: number): void {
    if (to - from >= BLOCK_COPY_FROM_BYTES) {
      this.bytes.copyWithin(target, from, to);
      return;
    }
    const { words } = this;
    const distance = target - from;
    for (let at = from; at < to; at += 4) words.setInt32(at + distance, words.getInt32(at, true), true);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
