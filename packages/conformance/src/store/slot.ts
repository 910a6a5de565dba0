import type { IdempotencyStore, KeyRecord, Removal, Stored, Write } from "@oncekey/core";
import { between, check, equal, fail, present, show } from "../expect.js";
import type { StoreBench, Timed } from "./bench.js";
import { freshId, freshVersion, running } from "./samples.js";

/**
 * One id, and what must stand under it after the writes so far. Every answer about it is judged whole: version, record,
 * age and expiry.
 */
export class Slot {
  readonly #bench: StoreBench;
  readonly id: string;
  #standing: Standing | undefined;

  constructor(bench: StoreBench, id = freshId()) {
    this.#bench = bench;
    this.id = id;
  }

  /** The version that must stand. */
  get version(): string {
    return this.#expected.version;
  }

  /** The record that must stand. */
  get record(): KeyRecord {
    return this.#expected.record;
  }

  /** Creates; the store must write it. */
  async create(
    store: IdempotencyStore,
    record: KeyRecord = running(),
    retentionMs: number = this.#bench.longMs,
    version = freshVersion(),
  ): Promise<void> {
    const call = await this.#bench.timed(() => store.create(this.id, version, record, retentionMs));
    this.#standing = { version, record, written: call, lives: [{ from: call, lifeMs: retentionMs }] };
    this.written(call, "create where nothing stands");
  }

  /** Replaces what stands; the store must write it. */
  async replace(store: IdempotencyStore, record: KeyRecord, keepMs?: number, version = freshVersion()): Promise<void> {
    const { version: expected, lives } = this.#expected;
    const call = await this.#bench.timed(() => store.replace(this.id, expected, version, record, keepMs));
    const more = keepMs === undefined ? [] : [{ from: call, lifeMs: keepMs }];
    this.#standing = { version, record, written: call, lives: [...lives, ...more] };
    this.written(call, "replace of the version that stands");
  }

  /** Reads; what must stand must stand. */
  async stands(store: IdempotencyStore, what = "get"): Promise<Stored> {
    const call = await this.#bench.timed(() => store.get(this.id));
    return this.judge(call, present(call.value, `${what}: a live record is found`), what);
  }

  /** Reads; nothing must stand. */
  async absent(store: IdempotencyStore, what = "get"): Promise<void> {
    equal(await store.get(this.id), undefined, `${what}: nothing stands`);
  }

  /** A write that must have succeeded, or must count as such, and tells what stands. */
  written(call: Timed<Write>, what: string): void {
    const { value } = call;
    if (!value.written) fail(`${what}: it must be written, and is refused by ${show(value.current)}`);
    this.judge(call, present(value.stored, `${what}: the answer carries "stored"`), what);
  }

  /** A write that must have been refused, by what stands. */
  refused(call: Timed<Write | Removal>, what: string): void {
    const { value } = call;
    if (value.written) fail(`${what}: it must be refused, and is written`);
    this.judge(call, present(value.current, `${what}: the refusal carries "current"`), what);
  }

  /** Judges what was answered about this id. */
  judge(call: Timed<unknown>, stored: Stored, what: string): Stored {
    const { version, record, written, lives } = this.#expected;
    equal(stored.version, version, `${what}: the version`);
    equal(stored.record, record, `${what}: the record`);
    const numbers = Number.isFinite(stored.ageMs) && Number.isFinite(stored.expiresInMs);
    check(numbers, `${what}: ageMs and expiresInMs are numbers\nactual:   ${show(stored)}`);
    const bench = this.#bench;
    const { skewMarginMs } = bench.fixture.capabilities;
    const age = bench.between(written, call);
    const low = Math.max(0, age.minMs - bench.roundingMs) - skewMarginMs;
    between(stored.ageMs, low, age.maxMs + bench.roundingMs, `${what}: ageMs, since the last write`);
    const spans = lives.map(({ from, lifeMs }) => ({ since: bench.between(from, call), lifeMs }));
    const least = Math.max(...spans.map(({ since, lifeMs }) => lifeMs - since.maxMs));
    const most = Math.max(...spans.map(({ since, lifeMs }) => lifeMs - since.minMs));
    check(stored.expiresInMs > 0, `${what}: a record that is answered lives\nactual:   ${show(stored)}`);
    const { roundingMs } = bench;
    between(stored.expiresInMs, least - roundingMs, most + skewMarginMs + roundingMs, `${what}: expiresInMs`);
    return stored;
  }

  get #expected(): Standing {
    return present(this.#standing, "a slot is written before it is judged");
  }
}

interface Standing {
  readonly version: string;
  readonly record: KeyRecord;
  /** The last write. */
  readonly written: Timed<unknown>;
  /** The calls that granted a life, and how long; the longest counts. */
  readonly lives: readonly { readonly from: Timed<unknown>; readonly lifeMs: number }[];
}
