import { OncekeyError } from "../errors.js";
import { deriveKey } from "../record-id.js";
import type { Hold } from "./hold.js";
import type { Settled } from "./result-codec.js";
import { Steps } from "./stepping.js";
import type { Attempt, Handler } from "./types.js";

/** What a handler sees of the hold it runs under. */
export class HeldAttempt implements Attempt {
  readonly commitWith: Attempt["commitWith"];
  readonly step: Attempt["step"];
  readonly #hold: Hold;

  constructor(hold: Hold, commitWith: Attempt["commitWith"], step: Attempt["step"]) {
    this.#hold = hold;
    this.commitWith = commitWith;
    this.step = step;
  }

  get id(): string {
    return this.#hold.id;
  }

  get number(): number {
    return this.#hold.record.attempt;
  }

  get signal(): AbortSignal {
    return this.#hold.signal;
  }

  // A property, not a method: handlers take it out of the attempt.
  readonly deriveKey: Attempt["deriveKey"] = (name, format) => deriveKey(this.#hold.id, name, format);
}

/** What a handler sees where nothing is held: it runs all the same, under the same derived keys. */
export function unprotectedAttempt(id: string): Attempt {
  const { signal } = new AbortController();
  const commitWith = () =>
    Promise.reject(new OncekeyError("STORE_UNAVAILABLE", "this attempt runs without a claim, so it cannot commit one"));
  const steps = new Steps(new Map(), { check() {}, async save() {} });
  return {
    id,
    number: 1,
    signal,
    deriveKey: (name, format) => deriveKey(id, name, format),
    step: (name, step) => steps.run(name, step),
    commitWith,
  };
}

/** Calls the handler; how it ended is a value. */
export function callHandler<T>(handler: Handler<T>, attempt: Attempt): Promise<Settled<T>> {
  try {
    return Promise.resolve(handler(attempt)).then(returned, threw);
  } catch (error) {
    return Promise.resolve(threw(error));
  }
}

function returned<T>(value: T): Settled<T> {
  return { ok: true, value };
}

function threw(error: unknown): Settled<never> {
  return { ok: false, error };
}
