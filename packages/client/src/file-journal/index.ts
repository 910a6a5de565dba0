import { isPending, patched } from "../journal/apply.js";
import type { Journal, JournalPatch, OperationRecord } from "../journal/types.js";
import type { Entry } from "./entries.js";
import { Folder } from "./folder.js";
import { Segment } from "./segment.js";

export interface FileJournalOptions {
  /** From how many bytes on a file is sealed and the next one begun: 1 MiB. */
  readonly segmentBytes?: number;
  /** How long what is over is remembered, so that its name still means the same operation: 30 days. */
  readonly keepSettledMs?: number;
}

/** A {@link Journal} in a folder, for Node, Bun and Deno; several processes may share it. */
export interface FileJournal extends Journal {
  /** Takes operations out of the sealed files that are over and old enough. Happens by itself when a file is sealed. */
  compact(): Promise<void>;
  /** Lines that were torn by a crash, or damaged since, and were passed over. */
  readonly damagedLines: number;
}

/**
 * Opens a journal in a folder, which is made where there is none.
 *
 * Files are only ever added to. The order of their lines is the order of what happened, for all processes that share the
 * folder: of two claims of one name the earlier line wins, so no lock is needed and none can be left behind by a crash.
 * A claim is on the disk (`fdatasync`) before it resolves. Not for network file systems, whose appends can mingle.
 *
 * @throws TypeError for options that make no sense; the error of the system where the folder cannot be used.
 */
export function fileJournal(folder: string, options: FileJournalOptions = {}): FileJournal {
  const { segmentBytes = 2 ** 20, keepSettledMs = 30 * 24 * 60 * 60 * 1_000 } = options;
  if (typeof folder !== "string" || folder === "") {
    throw new TypeError(`fileJournal: ${JSON.stringify(folder)} is not the path of a folder`);
  }
  for (const [name, value] of Object.entries({ segmentBytes, keepSettledMs })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`${name}: ${value} is not a whole number above 0`);
  }
  return new SegmentedJournal(new Folder(folder), segmentBytes, keepSettledMs);
}

interface Waiting {
  readonly entry: Entry;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class SegmentedJournal implements FileJournal {
  readonly #folder: Folder;
  readonly #segmentBytes: number;
  readonly #keepSettledMs: number;
  readonly #records = new Map<string, OperationRecord>();
  /** The file of the claim of each. */
  readonly #claimedIn = new Map<string, number>();
  /** Files with claims that say nothing any more; the others need not be read to be compacted. */
  readonly #superfluousIn = new Set<number>();
  #segment: Segment;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #damagedBefore = 0;
  #isNewFile: boolean;
  /** Why nothing more may be promised. */
  #failure: unknown;

  constructor(folder: Folder, segmentBytes: number, keepSettledMs: number) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#keepSettledMs = keepSettledMs;
    const [first] = folder.numbers();
    this.#isNewFile = first === undefined;
    this.#segment = new Segment(folder.pathOf(first ?? 1), first ?? 1);
    this.#catchUp();
  }

  get damagedLines(): number {
    return this.#damagedBefore + this.#segment.damaged;
  }

  async claim(record: OperationRecord): Promise<OperationRecord> {
    const { operationId } = record;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#records.has(operationId)) await this.#makeSure();
    // Another process may have claimed it since: its line comes first then, and this one does no harm.
    if (!this.#records.has(operationId)) await this.#append({ type: "claim", record });
    const kept = this.#records.get(operationId);
    if (kept === undefined) throw new Error(`the journal lost the operation ${JSON.stringify(operationId)}`);
    return kept;
  }

  async update(operationId: string, patch: JournalPatch): Promise<void> {
    await this.#append({ type: "update", operationId, patch });
  }

  async get(operationId: string): Promise<OperationRecord | undefined> {
    this.#catchUp();
    return this.#records.get(operationId);
  }

  async *list(): AsyncGenerator<OperationRecord> {
    this.#catchUp();
    yield* [...this.#records.values()];
  }

  async delete(operationId: string): Promise<void> {
    await this.#append({ type: "delete", operationId });
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#segment.close();
  }

  async compact(): Promise<void> {
    this.#catchUp();
    const old = [...this.#records.values()].filter((record) => this.#isOld(record));
    // Said to all processes first, in the order of everything else, so that they forget alike.
    if (old.length > 0) await this.#write(old.map(({ operationId }) => ({ type: "delete", operationId })));
    const latest = this.#segment.number;
    for (const number of [...this.#superfluousIn].filter((other) => other < latest)) {
      this.#superfluousIn.delete(number);
      await this.#compactFile(number);
    }
  }

  async #compactFile(number: number): Promise<void> {
    const segment = new Segment(this.#folder.pathOf(number), number);
    const kept = [...segment.readOn()].filter((entry) => this.#matters(entry, number));
    segment.close();
    await this.#folder.rewrite(number, kept);
  }

  #matters(entry: Entry, number: number): boolean {
    if (entry.type === "claim") return this.#claimedIn.get(entry.record.operationId) === number;
    if (entry.type === "update") return this.#records.has(entry.operationId);
    // A deletion stays: another process may be writing back the claim that it deletes.
    return entry.type === "delete";
  }

  /** Adds an entry; entries that come while the disk is busy share the next write. */
  #append(entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch.map(({ entry }) => entry));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#flushing = undefined;
  }

  async #write(entries: readonly Entry[]): Promise<void> {
    const mustLast = entries.some(({ type }) => type === "claim");
    for (let counts = false; !counts; ) {
      const segment = this.#segment;
      segment.append(entries);
      const synced = mustLast ? this.#sync(segment) : undefined;
      try {
        // While the disk is at work.
        this.#catchUp();
        // A seal came first, perhaps: what stands after it does not count. What counts twice does no harm.
        counts = segment === this.#segment;
      } finally {
        await synced;
      }
    }
    if (this.#segment.bytes >= this.#segmentBytes) await this.#seal();
  }

  /** What was read may have been written by a process that died before it could make sure of it. */
  async #makeSure(): Promise<void> {
    this.#catchUp();
    if (this.#segment.isUnsure) await this.#sync(this.#segment);
  }

  async #sync(segment: Segment): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await segment.sync();
      if (this.#isNewFile) await this.#folder.sync();
      this.#isNewFile = false;
    } catch (cause) {
      // What the system failed to write down once, it may claim to have written the next time it is asked.
      this.#failure = new Error("the journal cannot be sure of its disk any more; open it again", { cause });
      throw this.#failure;
    }
  }

  async #seal(): Promise<void> {
    this.#segment.append([{ type: "seal" }]);
    this.#catchUp();
    await this.compact();
  }

  /** Reads on, over the seals of files, to where nothing more stands. */
  #catchUp(): void {
    for (;;) {
      for (const entry of this.#segment.readOn()) this.#apply(entry);
      if (!this.#segment.isSealed) return;
      const number = this.#segment.number + 1;
      this.#damagedBefore += this.#segment.damaged;
      this.#segment.leave();
      this.#isNewFile = !this.#folder.numbers().includes(number);
      this.#segment = new Segment(this.#folder.pathOf(number), number);
    }
  }

  #apply(entry: Entry): void {
    const { number } = this.#segment;
    if (entry.type === "claim") {
      const { operationId } = entry.record;
      // A second claim of the name says nothing.
      if (this.#records.has(operationId)) this.#superfluousIn.add(number);
      else {
        this.#records.set(operationId, entry.record);
        this.#claimedIn.set(operationId, number);
      }
    } else if (entry.type === "delete") {
      const claimedIn = this.#claimedIn.get(entry.operationId);
      if (claimedIn !== undefined) this.#superfluousIn.add(claimedIn);
      this.#claimedIn.delete(entry.operationId);
      this.#records.delete(entry.operationId);
    } else if (entry.type === "update") {
      const record = this.#records.get(entry.operationId);
      if (record !== undefined) this.#records.set(entry.operationId, patched(record, entry.patch));
    }
  }

  #isOld(record: OperationRecord): boolean {
    return !isPending(record) && record.claimedAtMs + this.#keepSettledMs < Date.now();
  }
}
