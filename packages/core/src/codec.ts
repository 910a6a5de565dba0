import { OncekeyError } from "./errors.js";
import { type Checkpoints, isOmitted, type KeyRecord, type Omitted } from "./record.js";

/*
 * The stored form of a record: one byte format version, one byte state, then fields.
 *   in-progress  fingerprint, attempt, leaseMs, checkpoint count, (name, bytes)*
 *   completed    fingerprint, attempt, 0 result bytes to the end | 1 summary to the end | 2 (no summary)
 *   released     attempt
 * Numbers are unsigned LEB128; strings and bytes are prefixed by their length.
 */
const FORMAT = 1;
const IN_PROGRESS = 1;
const COMPLETED = 2;
const RELEASED = 3;
const RESULT = 0;
const SUMMARY = 1;
const NO_SUMMARY = 2;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** Writes a record as bytes, for stores that keep it as one opaque value. */
export function encodeRecord(record: KeyRecord): Uint8Array {
  return withEncodedRecord(record, (buffer, length) => buffer.slice(0, length));
}

/**
 * The same without bytes of its own: `take` is given a buffer, in whose first `length` bytes the record is until it
 * returns. For stores that make something else of it; to allocate bytes takes longer than to write them.
 */
export function withEncodedRecord<T>(record: KeyRecord, take: (buffer: Uint8Array, length: number) => T): T {
  const writer = new Writer();
  writer.byte(FORMAT);
  if (record.state === "released") {
    writer.byte(RELEASED);
    writer.number(record.attempt);
  } else if (record.state === "completed") {
    writer.byte(COMPLETED);
    writer.text(record.fingerprint);
    writer.number(record.attempt);
    encodeResult(writer, record.result);
  } else {
    writer.byte(IN_PROGRESS);
    writer.text(record.fingerprint);
    writer.number(record.attempt);
    writer.number(record.leaseMs);
    encodeCheckpoints(writer, record.checkpoints);
  }
  return writer.finish(take);
}

/** Reads what {@link encodeRecord} wrote; anything else is a `RECORD_UNREADABLE` error, never a guess. */
export function decodeRecord(bytes: Uint8Array): KeyRecord {
  const reader = new Reader(bytes);
  const format = reader.byte();
  if (format !== FORMAT) throw unreadable(`its format is ${format}, and this version reads ${FORMAT}`);
  const state = reader.byte();
  if (state === RELEASED) return reader.ended({ state: "released", attempt: reader.number() });
  if (state === COMPLETED) {
    const fingerprint = reader.text();
    const attempt = reader.number();
    return reader.ended({ state: "completed", fingerprint, attempt, result: decodeResult(reader) });
  }
  if (state !== IN_PROGRESS) throw unreadable(`its state is ${state}`);
  const head = {
    state: "in-progress",
    fingerprint: reader.text(),
    attempt: reader.number(),
    leaseMs: reader.number(),
  } as const;
  const checkpoints = decodeCheckpoints(reader);
  return reader.ended(checkpoints === undefined ? head : { ...head, checkpoints });
}

function encodeResult(writer: Writer, result: Uint8Array | Omitted): void {
  if (!isOmitted(result)) {
    writer.byte(RESULT);
    writer.raw(result);
  } else if (result.summary === undefined) {
    writer.byte(NO_SUMMARY);
  } else {
    writer.byte(SUMMARY);
    writer.raw(result.summary);
  }
}

function decodeResult(reader: Reader): Uint8Array | Omitted {
  const kind = reader.byte();
  if (kind === RESULT) return reader.rest();
  if (kind === SUMMARY) return { omitted: true, summary: reader.rest() };
  if (kind === NO_SUMMARY) return { omitted: true };
  throw unreadable(`its result is of kind ${kind}`);
}

function encodeCheckpoints(writer: Writer, checkpoints: Checkpoints | undefined): void {
  const entries = Object.entries(checkpoints ?? {});
  writer.number(entries.length);
  for (const [name, value] of entries) {
    writer.text(name);
    writer.number(value.byteLength);
    writer.raw(value);
  }
}

function decodeCheckpoints(reader: Reader): Checkpoints | undefined {
  const count = reader.number();
  if (count === 0) return undefined;
  const entries: [string, Uint8Array][] = [];
  for (let index = 0; index < count; index++) {
    const name = reader.text();
    entries.push([name, reader.take(reader.number())]);
  }
  return Object.fromEntries(entries);
}

/** The buffer of the last record that was written: to make and drop one for each costs more than all the rest. */
let spare: Uint8Array | undefined;
const SPARE_BYTES = 4_096;
/** A larger one is not kept. */
const MAX_SPARE_BYTES = 65_536;

/** Puts a record together in the spare buffer. */
class Writer {
  #buffer = spare ?? new Uint8Array(SPARE_BYTES);
  #length = 0;

  constructor() {
    spare = undefined;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new TypeError(`a record's numbers are whole and not negative; got ${value}`);
    }
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  text(value: string): void {
    const start = this.#length;
    if (this.#ascii(value)) return;
    this.#length = start;
    const bytes = utf8.encode(value);
    this.number(bytes.byteLength);
    this.raw(bytes);
  }

  /** Writes a text whose characters are one byte each; answers false half-way where one is not. */
  #ascii(value: string): boolean {
    this.number(value.length);
    this.#reserve(value.length);
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) return false;
      this.#buffer[this.#length++] = unit;
    }
    return true;
  }

  finish<T>(take: (buffer: Uint8Array, length: number) => T): T {
    const taken = take(this.#buffer, this.#length);
    if (this.#buffer.byteLength <= MAX_SPARE_BYTES) spare = this.#buffer;
    return taken;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#buffer.byteLength) return;
    const grown = new Uint8Array(Math.max(needed + 64, 2 * this.#buffer.byteLength));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw unreadable("it ends too early");
    this.#offset += 1;
    return value;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 && Number.isSafeInteger(value)) return value;
    }
    throw unreadable("a number is too large");
  }

  take(length: number): Uint8Array {
    const view = this.#view(length);
    // A copy, and never a Buffer: drivers hand out views of buffers that they use again. Faster than to copy from a view.
    const part = new Uint8Array(length);
    part.set(view);
    return part;
  }

  #view(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.byteLength) throw unreadable("it ends too early");
    const view = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return view;
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.byteLength - this.#offset);
  }

  text(): string {
    const bytes = this.#view(this.number());
    try {
      return strictUtf8.decode(bytes);
    } catch (cause) {
      throw unreadable("a text is not UTF-8", cause);
    }
  }

  ended(record: KeyRecord): KeyRecord {
    if (this.#offset !== this.#bytes.byteLength) throw unreadable("bytes follow its end");
    return record;
  }
}

function unreadable(why: string, cause?: unknown): OncekeyError {
  return new OncekeyError("RECORD_UNREADABLE", `the stored record cannot be read: ${why}`, { cause });
}
