import { utf8 } from "./utf8.js";

const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;
const INITIAL_BYTES = 1024;
const PREFIX_AND_COMMA_BYTES = 18;

/**
 * Builds a hash's input out of netstrings (`<length in bytes>:<bytes>,`), which no choice of parts can confuse:
 * `("a:b", "c")` and `("a", "b:c")` differ.
 *
 * It writes into one buffer that it keeps, and hands out views of it: use what {@link bytes} returns before the next
 * {@link reset}. Requests are hashed one at a time (nothing here awaits), so one instance serves a process.
 */
export class Netstrings {
  #buffer = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  // A view costs a tenth of the hash of a small request to make, and sizes recur.
  #views: Uint8Array[] = [];

  /** Empties the buffer. */
  reset(): this {
    this.#length = 0;
    return this;
  }

  /** Appends a text as UTF-8. */
  text(value: string): this {
    const start = this.#length;
    const units = value.length;
    this.#prefix(units);
    const buffer = this.#buffer;
    let length = this.#length;
    for (let index = 0; index < units; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) {
        this.#length = start;
        return this.raw(utf8(value));
      }
      buffer[length++] = unit;
    }
    buffer[length++] = COMMA;
    this.#length = length;
    return this;
  }

  /** Appends bytes. */
  raw(bytes: Uint8Array): this {
    this.#prefix(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
    this.#buffer[this.#length++] = COMMA;
    return this;
  }

  /** Appends bytes that are given as a text of one code unit each, as {@link Digest.raw} returns them. */
  latin1(value: string): this {
    this.#prefix(value.length);
    for (let index = 0; index < value.length; index++) this.#buffer[this.#length++] = value.charCodeAt(index);
    this.#buffer[this.#length++] = COMMA;
    return this;
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

  /** Writes the length and the colon, and makes room for as many bytes as follow, and the comma. */
  #prefix(length: number): void {
    const needed = this.#length + length + PREFIX_AND_COMMA_BYTES;
    if (needed > this.#buffer.length) this.#grow(needed);
    this.#digits(length);
    this.#buffer[this.#length++] = COLON;
  }

  #digits(value: number): void {
    if (value > 9) this.#digits(Math.floor(value / 10));
    this.#buffer[this.#length++] = ZERO + (value % 10);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(2 * needed);
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#views = [];
  }
}

/** The one instance; see {@link Netstrings}. */
export const netstrings: Netstrings = /* @__PURE__ */ new Netstrings();
