import type { OncekeyError } from "./errors.js";
import type { KeyRecord, Stored } from "./record.js";

/**
 * What a store does: four atomic operations over one key. It knows nothing about idempotency.
 *
 * This comment is the implementer's manual; `spec/store-contract.md` numbers the same rules, and the conformance suite
 * has a case for each.
 *
 * What the caller guarantees
 * - `id` is 43 characters of base64url; `version` is 1 to 64 printable ASCII characters.
 * - A version names one logical write. Only a repetition of that same call carries it again.
 * - `retentionMs` and `keepMs` are whole numbers of at least 1. Bytes in a record are not changed after the call.
 *
 * What a store guarantees
 * - Each operation is one atomic step, linearizable with all others on the same `id`, whoever calls.
 * - Time is the store's: `ageMs` and `expiresInMs` come from one clock that all callers share, read inside the step. A
 *   store without a clock of its own uses the caller's, and reports age low and expiry high by its skew margin.
 * - A record whose `expiresInMs` would be 0 or less does not exist: `get` answers `undefined`, `create` succeeds,
 *   `replace` and `remove` find nothing. That is judged inside the step, never left to a sweeper.
 * - A call that finds its own `version` standing is a success (its earlier reply was lost): it answers `written: true`
 *   with what stands, and changes nothing.
 * - A refusal carries `current` as it stood in the same step.
 * - Expected outcomes are return values. Only faults throw, with the driver's error as `cause`. A fault is never turned
 *   into a verdict such as "nothing there".
 * - It throws an `OncekeyError` (`RECORD_TOO_LARGE`, `STORE_FULL`, `STORE_MISCONFIGURED`, `RECORD_UNREADABLE`) only where
 *   it knows that this call wrote nothing and that repeating it is no use. Everything else may have been applied.
 */
export interface IdempotencyStore {
  /** What this store can and cannot do; constant for the life of the object, so `Object.freeze` it. */
  readonly capabilities: StoreCapabilities;

  /** Reads what stands under `id`; `undefined` where nothing live does. */
  get(id: string): Promise<Stored | undefined>;

  /** Writes `record` if nothing live stands under `id`; it expires `retentionMs` from now. A refusal carries `current`. */
  create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write>;

  /**
   * Writes `record` if the version `expected` stands under `id`; its age starts again at 0.
   *
   * The expiry stays as it was, or becomes now + `keepMs` where that is later: it never moves to an earlier time.
   */
  replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write>;

  /** Removes what stands under `id` if its version is `expected`. For operators; the engine never vacates a key. */
  remove(id: string, expected: string): Promise<Removal>;
}

/** The answer to a write: done, or refused by what stands there (`undefined`: nothing does). */
export type Write =
  | { readonly written: true; readonly stored: Stored }
  | { readonly written: false; readonly current: Stored | undefined };

/** The answer to a removal; nothing there any more counts as removed. */
export type Removal = { readonly written: true } | { readonly written: false; readonly current: Stored };

/**
 * What an acknowledged write survives.
 * - `memory`: nothing; it is gone with the process.
 * - `process`: the death of the process (`kill -9`), not of the machine.
 * - `server`: the death of the database server's process or machine, as far as its own settings make commits durable.
 * - `replicated`: the loss of one server, because a second one has acknowledged it.
 */
export type Durability = "memory" | "process" | "server" | "replicated";

/** What a store declares about itself once; users and the conformance suite read the same object. */
export interface StoreCapabilities {
  /** Whose clock judges age and expiry. */
  readonly clock: "store" | "caller";
  /** The smallest step in which age and expiry are told apart. */
  readonly resolutionMs: number;
  /** How far callers' clocks may differ before a verdict is wrong; 0 where the clock is the store's. */
  readonly skewMarginMs: number;
  /** The largest encoded record that the store takes; a larger one is refused before anything is written. */
  readonly maxRecordBytes: number;
  readonly durability: Durability;
  /** True where calls from several processes race for real; false for one connection or one process. */
  readonly concurrent: boolean;
  /** Implements {@link TransactionalStore}. */
  readonly transactional: boolean;
  /** Implements {@link ListableStore}. */
  readonly list: boolean;
  /** Implements {@link SweepableStore}; false where the database deletes expired records by itself. */
  readonly sweep: boolean;
}

/** A store that deletes expired records when asked to. */
export interface SweepableStore extends IdempotencyStore {
  /** Deletes at most `limit` (default 1,000) records whose retention is over; answers how many. Safe to run anywhere, at any time. */
  sweep(limit?: number): Promise<number>;
}

/** A store that can be paged through by an operator. Ids are hashes: they cannot be turned back into keys. */
export interface ListableStore extends IdempotencyStore {
  list(options?: { readonly cursor?: string; readonly limit?: number }): Promise<Page>;
}

/** One page of live records, in the order of their ids. */
export interface Page {
  readonly entries: readonly { readonly id: string; readonly stored: Stored }[];
  /**
   * What lives on this page and cannot be read (foreign bytes, a newer format), each with the error that `get` throws for it;
   * absent where there is nothing of the kind. So one such record hides no other, and is not passed over either.
   */
  readonly unreadable?: readonly { readonly id: string; readonly error: OncekeyError }[];
  /** Pass it on to read the next page; absent on the last one. */
  readonly cursor?: string;
}

/** A store whose writes can take part in the caller's own database transaction. */
export interface TransactionalStore<Transaction> extends IdempotencyStore {
  /** The same store on the connection of a running transaction: what it writes becomes visible when that commits. */
  within(transaction: Transaction): IdempotencyStore;
}
