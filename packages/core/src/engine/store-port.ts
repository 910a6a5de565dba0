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

  /** Sends one copy of a call. After a time-out the call may still be applied, now or later. */
  send(id: string, call: Call, timeoutMs: number): Promise<Write | Fault> {
    return this.#answer(() => applyCall(this.#store, id, call), call.op, timeoutMs);
  }

  get(id: string, timeoutMs: number): Promise<Stored | undefined | Fault> {
    return this.#answer(() => this.#store.get(id), "get", timeoutMs);
  }

  #answer<T>(ask: () => Promise<T>, op: string, timeoutMs: number): Promise<T | Fault> {
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(
        () => resolve(new Fault(new Error(`the store did not answer ${op} within ${Math.ceil(timeoutMs)} ms`))),
        timeoutMs,
      );
      const settle = (answer: T | Fault) => {
        cancel();
        resolve(answer);
      };
      try {
        ask().then(settle, (cause: unknown) => settle(new Fault(cause)));
      } catch (cause) {
        settle(new Fault(cause));
      }
    });
  }
}

/** Makes a call on a store. */
export function applyCall(store: IdempotencyStore, id: string, call: Call): Promise<Write> {
  if (call.op === "create") return store.create(id, call.version, call.record, call.keepMs);
  return store.replace(id, call.expected, call.version, call.record, call.keepMs);
}
