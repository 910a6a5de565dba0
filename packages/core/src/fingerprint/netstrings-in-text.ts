import { latin1Bytes, latin1Text, utf8 } from "./utf8.js";

/** One netstring; the text has one code unit per byte. */
export function netstring(text: string): string {
  return `${text.length}:${text},`;
}

/** What `Netstrings` of netstrings.ts is, in a text of one code unit per byte, and in some times its time. */
export class Netstrings {
  #text = "";
  readonly #firstLength: number;

  constructor(first: string) {
    this.#firstLength = this.text(first).length;
  }

  reset(length = this.#firstLength): this {
    this.#text = this.#text.slice(0, length);
    return this;
  }

  get length(): number {
    return this.#text.length;
  }

  text(value: string): this {
    return this.raw(utf8(value));
  }

  raw(bytes: Uint8Array): this {
    return this.digest(latin1Text(bytes));
  }

  digest(raw: string): this {
    this.#text += netstring(raw);
    return this;
  }

  otherDigest(raw: string, length: number): Uint8Array {
    return this.reset(length).digest(raw).bytes();
  }

  bytes(): Uint8Array {
    return latin1Bytes(this.#text);
  }
}
