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
    return this.#stored(row, record, Math.max(0, this.limitMs - row.writtenAtMs));
  }

  /** The same of a write of the caller's own: both times are of one clock. */
  own(row: Row, record: Stored["record"]): Stored {
    return this.#stored(row, record, Math.max(0, this.nowMs - row.writtenAtMs));
  }

  #stored({ version, expiresAtMs }: Row, record: Stored["record"], ageMs: number): Stored {
    return { version, record, ageMs, expiresInMs: expiresAtMs - this.limitMs };
  }
}
