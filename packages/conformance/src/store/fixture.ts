import type { IdempotencyStore, StoreCapabilities } from "@oncekey/core";
import type { NamedFixture } from "../case.js";

/** A store under test: how to reach it, what it can do, and what can be done to it. */
export interface StoreFixture extends NamedFixture {
  /** The store's own declaration, not a second list. */
  readonly capabilities: StoreCapabilities;
  /** Opens the storage with a client of its own. Called several times in a case; all of them see the same storage. */
  open(): Promise<StoreHandle>;
  /**
   * Moves the clock of the storage on by `ms`. Leave it out where the clock is a real one: the suite then waits, for times
   * that follow from `capabilities.resolutionMs`.
   */
  advance?(ms: number): Promise<void> | void;
  /** Breaks the way to the storage; turns on the cases about faults. */
  readonly faults?: FaultHooks;
  /**
   * Runs `body` in a transaction of the user's own, with the store of `store.within(transaction)`. Commits when it
   * resolves; rolls back, and rejects alike, when it rejects. Turns on the cases about transactions.
   */
  transact?(store: IdempotencyStore, body: (inside: IdempotencyStore) => Promise<void>): Promise<void>;
}

/** A store with its own client. */
export interface StoreHandle {
  readonly store: IdempotencyStore;
  close(): Promise<void> | void;
}

/** What can be done to the way between the clients and the storage, for all handles at once. */
export interface FaultHooks {
  /** Resets every connection and refuses new ones. Clients must give up on their own within a few seconds. */
  cut(): Promise<void> | void;
  /** Ends `cut` and `slow`; a client that is opened now works. */
  heal(): Promise<void> | void;
  /** Delays every reply, not the request, by `ms`. */
  slow(ms: number): Promise<void> | void;
}
