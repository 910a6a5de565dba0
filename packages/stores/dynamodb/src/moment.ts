import type { Stored } from "@oncekey/core";
import type { Row } from "./rows.js";

/**
 * One reading of the caller's clock, by which one round of an operation is judged: in its condition, and in what is
 * answered. It is read before the request is sent, so that a late reply makes nobody look older than it is.
 */
export class Moment {
  readonly nowMs: number;
  readonly #skewMarginMs: number;

  constructor(nowMs: number, skewMarginMs: number) {
    this.nowMs = Math.floor(nowMs);
    this.#skewMarginMs = skewMarginMs;
  }

  /** What expires then or earlier has expired: the one predicate, for reads and for conditions. */
  get limitMs(): number {
    return this.nowMs - this.#skewMarginMs;
  }

  isLive({ expiresAtMs }: Row): boolean {
    return expiresAtMs > this.limitMs;
  }

  /** Age is reported low and life high by the margin, whoever's clock wrote the row. */
  seen(row: Row, record: Stored["record"]): Stored {
    return this.#stored(row, record, this.#skewMarginMs);
  }

  /** The same of a write of the caller's own: both times are of one clock. */
  own(row: Row, record: Stored["record"]): Stored {
    return this.#stored(row, record, 0);
  }

  #stored({ version, writtenAtMs, expiresAtMs }: Row, record: Stored["record"], lowMs: number): Stored {
    // A request may have been on its way for long. What it found was written before it arrived.
    const nowMs = Math.max(this.nowMs, writtenAtMs);
    const ageMs = Math.max(0, nowMs - writtenAtMs - lowMs);
    return { version, record, ageMs, expiresInMs: expiresAtMs - nowMs + this.#skewMarginMs };
  }
}
