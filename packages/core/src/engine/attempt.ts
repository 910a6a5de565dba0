import { OncekeyError } from "../errors.js";
import { deriveKey } from "../record-id.js";
import type { Hold } from "./hold.js";
import type { Settled } from "./result-codec.js";
import type { Attempt, Handler } from "./types.js";

/** What a handler sees of the hold it runs under; `commit` completes it inside a transaction. */
export function createAttempt(hold: Hold, commit: Attempt["commitWith"]): Attempt {
  return {
    id: hold.id,
    number: hold.record.attempt,
    get signal() {
      return hold.signal;
    },
    deriveKey: (name, format) => deriveKey(hold.id, name, format),
    commitWith: commit,
  };
}

/** What a handler sees where nothing is held: it runs all the same, under the same derived keys. */
export function unprotectedAttempt(id: string): Attempt {
  const { signal } = new AbortController();
  const commitWith = () =>
    Promise.reject(new OncekeyError("STORE_UNAVAILABLE", "this attempt runs without a claim, so it cannot commit one"));
  return { id, number: 1, signal, deriveKey: (name, format) => deriveKey(id, name, format), commitWith };
}

/** Calls the handler; how it ended is a value. */
export async function callHandler<T>(handler: Handler<T>, attempt: Attempt): Promise<Settled<T>> {
  try {
    return { ok: true, value: await handler(attempt) };
  } catch (error) {
    return { ok: false, error };
  }
}
