import type { IdempotencyStore } from "@oncekey/core";
import type { CaseContext } from "../case.js";
import type { StoreFixture } from "./fixture.js";

/** A point in time, by the runtime's monotonic clock and by what was added through `advance`. */
interface Moment {
  readonly realMs: number;
  readonly advancedMs: number;
}

/** The answer of a call, and when it was under way. */
export interface Timed<Value> {
  readonly value: Value;
  readonly sent: Moment;
  readonly answered: Moment;
}

/** What is known of a duration by the store's clock. */
export interface Span {
  readonly minMs: number;
  readonly maxMs: number;
}

// Taken before a test can put fake timers in their place.
const { setTimeout } = globalThis;

/**
 * What a case about stores works with: handles that are closed in the end, ids that nobody else has, and time.
 *
 * The store's clock cannot be read, so a duration by it is bracketed: at least what passed between the answer to the
 * first call and the sending of the second, at most what passed from the sending of the first to the answer to the
 * second. Judged so, no case depends on the speed of the machine.
 */
export class StoreBench {
  readonly fixture: StoreFixture;
  readonly signal: AbortSignal;
  readonly note: (text: string) => void;
  readonly defer: (cleanup: () => Promise<void> | void) => void;
  /** A time that the store tells apart with certainty. */
  readonly tickMs: number;
  /** A retention that a case can wait for. */
  readonly shortMs: number;
  /** A retention that no case outlasts. */
  readonly longMs = 3_600_000;
  /** How far reported times may be off through rounding. */
  readonly roundingMs: number;
  #advancedMs = 0;

  constructor(context: CaseContext<StoreFixture>) {
    this.fixture = context.fixture;
    this.signal = context.signal;
    this.note = (text) => context.note(text);
    this.defer = (cleanup) => context.defer(cleanup);
    const { resolutionMs, skewMarginMs } = this.fixture.capabilities;
    const jumps = this.fixture.advance !== undefined;
    this.tickMs = Math.max(jumps ? 1_000 : 20, 10 * resolutionMs);
    this.shortMs = 2 * this.tickMs + skewMarginMs;
    this.roundingMs = jumps ? resolutionMs : 2 * resolutionMs;
  }

  /** Opens a store with its own client, to be closed when the case ends. */
  async open(): Promise<IdempotencyStore> {
    const handle = await this.fixture.open();
    this.defer(() => handle.close());
    return handle.store;
  }

  /** Opens several, each with its own client. */
  async openMany(count: number): Promise<readonly IdempotencyStore[]> {
    const stores: IdempotencyStore[] = [];
    while (stores.length < count) stores.push(await this.open());
    return stores;
  }

  /** Makes the call and notes when. */
  async timed<Value>(call: () => Promise<Value>): Promise<Timed<Value>> {
    const sent = this.#now();
    const value = await call();
    return { value, sent, answered: this.#now() };
  }

  /** How long by the store's clock the second call came after the first. */
  between(first: Timed<unknown>, second: Timed<unknown>): Span {
    const jumps = this.fixture.advance !== undefined;
    const advancedMin = second.sent.advancedMs - first.answered.advancedMs;
    const advancedMax = second.answered.advancedMs - first.sent.advancedMs;
    // A clock that can be moved may stand still otherwise, so real time counts towards the most only.
    const realMin = jumps ? 0 : second.sent.realMs - first.answered.realMs;
    const realMax = second.answered.realMs - first.sent.realMs;
    return { minMs: Math.max(0, advancedMin + realMin), maxMs: advancedMax + realMax };
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    if (this.fixture.advance === undefined) return this.sleep(ms);
    await this.fixture.advance(ms);
    this.#advancedMs += ms;
  }

  /** Lets so much time pass that a record written before, with this retention, has surely expired. */
  async passExpiry(retentionMs: number): Promise<void> {
    await this.pass(retentionMs + this.expiryLagMs);
  }

  /** How much later than its retention a record may expire: the skew margin, and the rounding of a coarse clock. */
  get expiryLagMs(): number {
    const { skewMarginMs, resolutionMs } = this.fixture.capabilities;
    if (this.fixture.advance === undefined) return skewMarginMs + 2 * resolutionMs;
    return skewMarginMs + (resolutionMs > 1 ? resolutionMs : 0);
  }

  /**
   * Does something that must be done before a short retention ends, and answers with that retention. Where the machine was
   * too slow for it, does it again with a longer one.
   */
  async inTime(work: (retentionMs: number) => Promise<void>): Promise<number> {
    for (let retentionMs = this.shortMs, tries = 1; ; retentionMs *= 4, tries++) {
      const startMs = performance.now();
      try {
        await work(retentionMs);
        return retentionMs;
      } catch (error) {
        if (performance.now() - startMs < retentionMs || tries === 4) throw error;
      }
    }
  }

  /** Waits by the real clock. */
  async sleep(ms: number): Promise<void> {
    const endMs = performance.now() + ms;
    // Timers may fire up to a millisecond early.
    for (let leftMs = ms; leftMs > 0; leftMs = endMs - performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(leftMs)));
    }
  }

  /** Lets everything else that can run do so: a loop over a store in memory would starve timers otherwise. */
  async turn(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  #now(): Moment {
    return { realMs: performance.now(), advancedMs: this.#advancedMs };
  }
}
