import type { Policy } from "../policy.js";
import type { Omitted } from "../record.js";
import type { Sealer } from "../seal/sealer.js";
import type { IdempotencyStore } from "../store.js";
import type { Clock } from "./clock.js";
import type { OncekeyEvent } from "./events.js";
import type { Quota } from "./quota.js";
import type { ResultCodec } from "./result-codec.js";
import type { SealingStage } from "./sealing.js";

/** What can be set for all operations, and changed for some by `with()`. Defaults stand in the package's README. */
export interface OperationOptions {
  /** Which outcomes are stored, and what a lapsed lease means. */
  readonly policy?: Policy;
  /** How long a key is remembered, from its first claim. At least 60 s and twice `maxExecutionMs`. */
  readonly retentionMs?: number;
  /** How long an attempt may be silent before another one may take over. Renewed at a third of it while the handler runs. */
  readonly leaseMs?: number;
  /** After this long a running attempt is no longer renewed. */
  readonly maxExecutionMs?: number;
  /** How long a duplicate waits for the running attempt before it is told to come back. */
  readonly waitMs?: number;
  /** What happens when the store cannot be reached at the claim: refuse, or run without protection. */
  readonly onStoreUnavailable?: "refuse" | "bypass";
  /** What the caller gets when the result could not be made durable in time: the true answer, or `outcome-unknown`. */
  readonly onCompletionFailure?: "answer" | "unknown";
  /** Says whether a scope may have one more key; a key that has a record is never refused. Default: nobody is asked. */
  readonly quota?: Quota;
}

/** Options of `createOncekey`. Only `store` is required. */
export interface OncekeyOptions extends OperationOptions {
  readonly store: IdempotencyStore;
  /** Keeps the keys of several services in one store apart. Default `"default"`. */
  readonly namespace?: string;
  /** How long a claim may take in all, repetitions included. */
  readonly claimTimeoutMs?: number;
  /** How long the caller waits for its result to become durable; after that it goes on in the background. */
  readonly completionTimeoutMs?: number;
  /** Told of everything that happens; must not throw. The same events are published on `diagnostics_channel` `oncekey`. */
  readonly on?: (event: OncekeyEvent) => void;
  /** Encrypts what is kept of an operation before it reaches the store, such as `aesGcm({ keys })`. Default: nothing is encrypted. */
  readonly seal?: Sealer;
  /**
   * How far the rolling out of `seal` is. `prepare`: what is sealed is opened, and nothing is sealed yet; `seal`
   * (default): what is kept is sealed, and what was kept before is still replayed; `require`: what is not sealed is refused.
   */
  readonly sealing?: SealingStage;
  /** For tests. Default: the runtime's monotonic clock and timers. */
  readonly clock?: Clock;
}

/** One operation: a key, whose it is, and what it asks for. */
export interface Operation {
  /** The client's idempotency key, 1 to 1,024 characters. */
  readonly key: string;
  /** Whose key it is: two callers with one key never meet. A constant such as `"global"` where there is one caller. */
  readonly scope: string;
  /** Against whom the key counts in `quota`, where that is more than `scope`, such as all routes of a caller. Default: `scope`. */
  readonly quotaScope?: string;
  /** What the request asks for, from `fingerprint()`: a key is never used for two different requests. */
  readonly fingerprint: string | { readonly value: string; readonly alternates?: readonly string[] };
}

/** What a handler is told about its run, and what it can do about it. */
export interface Attempt {
  /** Counts the attempts of this key from 1: a fencing token, comparable only within one record's lifetime. */
  readonly number: number;
  /** The record's id in the store: a hash that is safe to log. */
  readonly id: string;
  /** Aborts when the lease is lost: another attempt may be running, so begin nothing new. */
  readonly signal: AbortSignal;
  /** A key for a downstream API, the same in every attempt of this operation. */
  deriveKey(name: string, format?: "base64url" | "uuid"): string;
  /**
   * Runs a part of the operation once: its result is kept in the record before the next part begins, and an attempt that
   * takes over after a crash is given it instead of running the step again.
   *
   * It resolves to what JSON keeps of what `step` returned, in the first run too. If `step` throws, nothing is kept. A
   * process that dies between the end of a step and its record leaves it to be run again: give what it calls a key of
   * `deriveKey`. Keeping a result renews the lease.
   *
   * @param name names the step, 1 to 256 characters, once in a handler and the same in every attempt
   * @throws TypeError for a name that was used, or while another step runs: steps go one after the other. `LEASE_LOST`
   * where the lease is lost, before the step is run or after; `STORE_UNAVAILABLE` where the step was done and the store
   * took no result while the lease lasted; `RECORD_TOO_LARGE` over 65,536 bytes of all steps.
   */
  step<T>(name: string, step: () => T | Promise<T>): Promise<T>;
  /**
   * Completes the operation inside the caller's own database transaction: what the transaction writes and `value`, the
   * answer for every retry (of the type that the handler returns), become durable together or not at all.
   *
   * `store` is the engine's store on the transaction's connection (`store.within(transaction)`). Commit after it resolves.
   * It rejects with `LEASE_LOST` where another attempt has taken over, or an earlier transaction of this attempt has
   * committed: roll back then. After the handler ends the engine looks what became of it, for `completionTimeoutMs` where
   * the store does not say. If it was rolled back, what the handler returned counts: let it throw, unless its answer holds
   * without the transaction.
   *
   * From this call on the lease is not renewed, because a renewal would wait for the transaction's lock. So begin nothing
   * long afterwards.
   */
  commitWith(store: IdempotencyStore, value: unknown): Promise<void>;
}

/** The operation itself. */
export type Handler<T> = (attempt: Attempt) => T | Promise<T>;

/** How an operation ended for this caller. Only a fault in the caller's own arguments throws. */
export type Outcome<T> =
  /** This caller's handler ran. `stored` is false where its result is not (yet) durable or the policy released the key. */
  | { readonly outcome: "executed"; readonly value: T; readonly stored: boolean; readonly attempt: number }
  /** This caller's handler ran and threw. */
  | { readonly outcome: "threw"; readonly error: unknown; readonly stored: boolean; readonly attempt: number }
  /** The result of an earlier run. */
  | { readonly outcome: "replayed"; readonly value: T; readonly attempt: number }
  /** The error that an earlier run threw, stored by an at-most-once policy. */
  | { readonly outcome: "replayed-failure"; readonly error: unknown; readonly attempt: number }
  /** Another attempt is running; `leaseLeftMs` is when it would be given up unless renewed. */
  | { readonly outcome: "in-progress"; readonly leaseLeftMs: number }
  /** The key belongs to another request. */
  | { readonly outcome: "mismatch" }
  /** An attempt was lost and may not be repeated; or, by choice, this one's result could not be made durable. */
  | { readonly outcome: "outcome-unknown" }
  /** The operation is done and its result was not kept. */
  | { readonly outcome: "result-unavailable"; readonly omitted: Omitted }
  /** Nothing ran: the key is new, and its scope may have no more keys for now. */
  | { readonly outcome: "quota-exceeded"; readonly retryAfterMs: number }
  /** Nothing ran: the store did not answer. */
  | { readonly outcome: "store-unavailable"; readonly cause: unknown };

/** The engine over one store. */
export interface Oncekey {
  /** The same engine with other settings, for one route or one kind of job; a contradiction is a `TypeError` at once. */
  with(options: OperationOptions): Oncekey;
  /** Runs the handler once for the key, and tells how it ended. `codec` says how results are judged and kept; default JSON. */
  execute<T>(operation: Operation, handler: Handler<T>, codec?: ResultCodec<T>): Promise<Outcome<T>>;
  /** Like `execute`, for callers that want the value: anything else is an `OncekeyError`, or the handler's own error. */
  run<T>(operation: Operation, handler: Handler<T>, codec?: ResultCodec<T>): Promise<T>;
  /**
   * Waits for the running operations and for what is still to be stored, up to `timeoutMs` (default 30 s), and takes new ones
   * meanwhile: for platforms that stop a process once it has answered.
   */
  idle(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
  /** Takes no new operations and waits for the running ones and for what is still to be stored. */
  close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }>;
}
