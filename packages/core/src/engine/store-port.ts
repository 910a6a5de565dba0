import { isOncekeyError } from "../errors.js";
import type { Stored } from "../record.js";
import type { Call } from "../steps.js";
import type { IdempotencyStore, Write } from "../store.js";
import type { Clock } from "./clock.js";

/** A store call without an answer. */
export class Fault {
  readonly cause: unknown;
  /** True where the store says that nothing was written and that asking again is no use. */
  readonly definite: boolean;

  constructor(cause: unknown) {
    this.cause = cause;
    this.definite = isOncekeyError(cause);
  }
}

/** The store as the engine calls it: every call is answered in time, and a fault is a value. */
export class StorePort {
  readonly #store: IdempotencyStore;
  readonly #clock: Clock;

  constructor(store: IdempotencyStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Sends one copy of a call, and answers what `read` makes of its reply. After a time-out the call may still be applied, now
   * or later; `read` is told of the time-out and of nothing after it.
   *
   * The promise that waits for the store is the one that is answered: whoever reads in `read` needs none of its own.
   */
  send<T>(id: string, call: Call, timeoutMs: number, read: (reply: Write | Fault) => T | Promise<T>): Promise<T> {
    return this.#within(timeoutMs, () => applyCall(this.#store, id, call), isWrite, read);
  }

  get(id: string, timeoutMs: number): Promise<Stored | undefined | Fault> {
    return this.#within(
      timeoutMs,
      () => this.#store.get(id),
      isStanding,
      (reply) => reply,
    );
  }

  #within<Answer, T>(
    timeoutMs: number,
    ask: () => Promise<Answer>,
    fits: (value: unknown) => boolean,
    read: (reply: Answer | Fault) => T | Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      let cancel: (() => void) | undefined;
      const end = (reply: Answer | Fault) => {
        if (cancel === undefined) return;
        cancel();
        cancel = undefined;
        try {
          resolve(read(reply));
        } catch (error) {
          reject(error);
        }
      };
      const failed = (cause: unknown) => end(new Fault(cause));
      const asked = started(ask);
      // Idle: while a store has a connection, that keeps the process alive; a timer that does costs more than the call. The
      // store is at work meanwhile.
      cancel = this.#clock.setTimer(() => failed(timedOut(timeoutMs)), timeoutMs, "idle");
      asked.then((value) => end(fits(value) ? value : new Fault(misanswered(value))), failed);
    });
  }
}

function started<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return Promise.resolve(ask());
  } catch (cause) {
    return Promise.reject(cause);
  }
}

/*
 * A store that answers against its contract is at fault, like one that does not answer. The engine would trip over such
 * an answer in the middle of a renewal, where nobody awaits it and the process would end.
 */

function isWrite(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("written" in value)) return false;
  if (value.written === true) return "stored" in value && isStanding(value.stored) && value.stored !== undefined;
  return value.written === false && (!("current" in value) || isStanding(value.current));
}

function isStanding(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null && "record" in value);
}

function misanswered(value: unknown): Error {
  const given = value === null ? "null" : typeof value;
  return new TypeError(
    `the store's answer (${given}) is none that IdempotencyStore allows; the conformance suite finds it`,
  );
}

function timedOut(timeoutMs: number): Error {
  return new Error(`the store did not answer within ${Math.ceil(timeoutMs)} ms`);
}

/** Makes a call on a store. */
export function applyCall(store: IdempotencyStore, id: string, call: Call): Promise<Write> {
  if (call.op === "create") return store.create(id, call.version, call.record, call.keepMs);
  return store.replace(id, call.expected, call.version, call.record, call.keepMs);
}
