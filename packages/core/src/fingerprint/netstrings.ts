import { utf8 } from "./utf8.js";

const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;
const INITIAL_BYTES = 1024;
const PREFIX_AND_COMMA_BYTES = 18;
const DIGEST_BYTES = 32;
/** `32:` */
const DIGEST_PREFIX_BYTES = 3;

/**
 * Builds a hash's input out of netstrings (`<length in bytes>:<bytes>,`), which no choice of parts can confuse:
 * `("a:b", "c")` and `("a", "b:c")` differ.
 *
 * It writes into one buffer that it keeps, and hands out views of it: use what {@link bytes} returns before the next
 * {@link reset}. Nothing here awaits, so one instance serves a process.
 */
export class Netstrings {
  #buffer = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  readonly #firstLength: number;
  // Making a view costs a tenth of hashing it, and sizes recur.
  #views: Uint8Array[] = [];

  /** @param first the part that every input begins with: what is hashed, and the version of how */
  constructor(first: string) {
    this.text(first);
    this.#firstLength = this.#length;
  }

  /** Starts anew, with the first part alone or with as much as {@link length} told before. */
  reset(length = this.#firstLength): this {
    this.#length = length;
    return this;
  }

  /** The length in bytes of what has been appended so far. */
  get length(): number {
    return this.#length;
  }

  /** Appends a text as UTF-8. */
  text(value: string): this {
    const before = this.#length;
    const units = value.length;
    let length = this.#prefix(units);
    const buffer = this.#buffer;
    for (let index = 0; index < units; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) {
        this.#length = before;
        return this.raw(utf8(value));
      }
      buffer[length++] = unit;
    }
    buffer[length] = COMMA;
    this.#length = length + 1;
    return this;
  }

  /** Appends bytes. */
  raw(bytes: Uint8Array): this {
    const start = this.#prefix(bytes.length);
    this.#buffer.set(bytes, start);
    return this.#end(start + bytes.length);
  }

  /** Appends a digest, given as {@link Digest.raw} returns it. */
  digest(raw: string): this {
    return this.#end(this.#units(raw, this.#prefix(DIGEST_BYTES)));
  }

  /** All up to `length`, where {@link digest} has been called before, with another digest; what {@link bytes} returns. */
  otherDigest(raw: string, length: number): Uint8Array {
    this.#length = this.#units(raw, length + DIGEST_PREFIX_BYTES) + 1;
    return this.bytes();
  }

  #units(raw: string, from: number): number {
    const buffer = this.#buffer;
    let length = from;
    for (let index = 0; index < raw.length; index++) buffer[length++] = raw.charCodeAt(index);
    return length;
  }

  /** What has been appended so far; valid until the next {@link reset}. */
  bytes(): Uint8Array {
    const length = this.#length;
    if (length >= INITIAL_BYTES) return this.#buffer.subarray(0, length);
    const known = this.#views[length];
    if (known !== undefined) return known;
    const view = this.#buffer.subarray(0, length);
    this.#views[length] = view;
    return view;
  }

  #end(length: number): this {
    this.#buffer[length] = COMMA;
    this.#length = length + 1;
    return this;
  }

  /** Writes the length and the colon, makes room for as many bytes as follow, and returns where they start. */
  #prefix(value: number): number {
    let length = this.#length;
    if (length + value + PREFIX_AND_COMMA_BYTES > this.#buffer.length) this.#grow(length + value);
    const buffer = this.#buffer;
    if (value > 99) length = this.#digits(Math.floor(value / 100), length);
    if (value > 9) buffer[length++] = ZERO + (Math.floor(value / 10) % 10);
    buffer[length++] = ZERO + (value % 10);
    buffer[length++] = COLON;
    return length;
  }

  #digits(value: number, from: number): number {
    const at = value > 9 ? this.#digits(Math.floor(value / 10), from) : from;
    this.#buffer[at] = ZERO + (value % 10);
    return at + 1;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(2 * (needed + PREFIX_AND_COMMA_BYTES));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#views = [];
  }
}
