import { closeSync, constants, fdatasync, fdatasyncSync, openSync, readSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { decodeEntry, type Entry, encodeEntry } from "./entries.js";

const { O_APPEND, O_CREAT, O_RDWR } = constants;
const CHUNK_BYTES = 64 * 1024;

/** What was added last, until it has been read. */
interface Appended {
  readonly bytes: Buffer;
  readonly entries: readonly Entry[];
  /** Set once a sync has begun that includes it. */
  syncing: { sureEntries: number } | undefined;
}

/** One file of a journal, open for appending and for reading on from where one was. */
export class Segment {
  readonly path: string;
  readonly number: number;
  readonly #descriptor: number;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  readonly #decoder = new StringDecoder("utf8");
  #readBytes = 0;
  #unfinished = "";
  #isSealed = false;
  #appended: Appended | undefined;
  #isLeft = false;
  #readEntries = 0;
  #sureEntries = 0;
  #syncing = 0;
  /** Lines that were torn or damaged. */
  damaged = 0;

  constructor(path: string, number: number) {
    this.path = path;
    this.number = number;
    // Owner only: requests can hold what others must not read.
    this.#descriptor = openSync(path, O_RDWR | O_APPEND | O_CREAT, 0o600);
  }

  /** Nothing that stands after the seal counts. Known as far as has been read. */
  get isSealed(): boolean {
    return this.#isSealed;
  }

  /** How much there is of it, as far as has been read. */
  get bytes(): number {
    return this.#readBytes;
  }

  /** Adds to the end, in one piece: appends of several processes do not mingle. */
  append(entries: readonly Entry[]): void {
    const bytes = Buffer.from(entries.map(encodeEntry).join(""));
    const written = writeSync(this.#descriptor, bytes);
    if (written < bytes.length) {
      throw new Error(`${this.path}: only ${written} of ${bytes.length} bytes could be written; is the disk full?`);
    }
    this.#appended = { bytes, entries, syncing: undefined };
  }

  /** Something was read of which it is not known that it would survive a loss of power. */
  get isUnsure(): boolean {
    return this.#readEntries > this.#sureEntries;
  }

  /** Makes what was read survive a loss of power, by whichever process it was appended, and what was appended here. */
  sync(): Promise<void> {
    const begun = { sureEntries: this.#readEntries };
    if (this.#appended !== undefined) this.#appended.syncing = begun;
    this.#syncing += 1;
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        this.#syncing -= 1;
        if (this.#isLeft && this.#syncing === 0) closeSync(this.#descriptor);
        if (error !== null) return reject(error);
        this.#sureEntries = Math.max(this.#sureEntries, begun.sureEntries);
        resolve();
      });
    });
  }

  /** The entries that came since the last reading, by whichever process. */
  *readOn(): Generator<Entry> {
    const chunk = this.#chunk;
    for (;;) {
      const length = this.#isSealed ? 0 : readSync(this.#descriptor, chunk, 0, chunk.length, this.#readBytes);
      if (length === 0) return;
      this.#readBytes += length;
      for (const entry of this.#entriesOf(chunk.subarray(0, length))) {
        this.#isSealed = entry.type === "seal";
        this.#readEntries += 1;
        yield entry;
        if (this.#isSealed) return;
      }
      // Less than was asked for: that was the end of the file.
      if (length < chunk.length) return;
    }
  }

  #entriesOf(chunk: Buffer): readonly Entry[] {
    const own = this.#appended;
    this.#appended = undefined;
    // Nobody else wrote meanwhile, as is usual: what was written need not be read back.
    if (own !== undefined && this.#unfinished === "" && chunk.equals(own.bytes)) {
      if (own.syncing !== undefined) own.syncing.sureEntries = this.#readEntries + own.entries.length;
      return own.entries;
    }
    const lines = (this.#unfinished + this.#decoder.write(chunk)).split("\n");
    // Of the last line the rest may still be on its way.
    this.#unfinished = lines.pop() ?? "";
    return lines.flatMap((line) => this.#decode(line) ?? []);
  }

  /** Leaves a sealed file behind; nobody comes back to make sure of it. */
  leave(): void {
    if (this.isUnsure) fdatasyncSync(this.#descriptor);
    this.close();
  }

  close(): void {
    this.#isLeft = true;
    if (this.#syncing === 0) closeSync(this.#descriptor);
  }

  #decode(line: string): Entry | undefined {
    if (line === "") return undefined;
    const entry = decodeEntry(line);
    if (entry === undefined) this.damaged += 1;
    return entry;
  }
}
