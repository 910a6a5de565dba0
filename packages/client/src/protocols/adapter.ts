/** What an answer says about the key, beyond its status. */
export type Meaning =
  /** An earlier attempt is running: wait and ask again. */
  | "in-progress"
  /** The key belongs to another request. */
  | "key-reused"
  | "key-required"
  | "key-expired"
  /** The server itself does not know what became of the operation, or cannot say any more. */
  | "outcome-unknown"
  /** The operation was done and its answer was not kept. */
  | "done"
  /** Nothing was done; the same request may be sent again. */
  | "not-executed"
  /** Sending again cannot change this answer. */
  | "final";

/** An answer as protocols see it: complete, its body not yet consumed by anybody else. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; `undefined` where it is none. */
  json(): unknown;
}

/** Where the key goes: a header (`quoted` as a Structured Field string), or a field of a JSON body. */
export type KeyPlace =
  | { readonly in: "header"; readonly name: string; readonly quoted?: boolean }
  | { readonly in: "body"; readonly field: string };

/** How one API, or family of APIs, speaks of keys. */
export interface ProtocolAdapter {
  readonly name: string;
  readonly key: KeyPlace;
  /** Methods that carry a key: POST and PATCH unless set. */
  readonly methods?: readonly string[];
  /** The longest key that the API takes, in characters. */
  readonly maxKeyLength?: number;
  /** How long the server surely remembers a key, counted from the first attempt. */
  readonly keyWindowMs: number;
  /** Whether the server gave the stored answer of an earlier attempt. */
  isReplay?(answer: Answer): boolean;
  /** What an answer means here; `undefined` leaves it to its status. Called for every status of 400 and above. */
  recognise?(answer: Answer): Meaning | undefined;
  /** Whether the server says in so many words that a retry makes sense (`true`) or does not (`false`). */
  shouldRetry?(answer: Answer): boolean | undefined;
}

/** A member of a JSON object, however deep; `undefined` where there is none. */
export function member(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, name);
  }
  return current;
}

/** The sign of a replay that servers share (Stripe, and this project's own). */
export function hasReplayedHeader(name: string): (answer: Answer) => boolean {
  return ({ headers }) => headers.get(name)?.trim().toLowerCase() === "true";
}

/** Reads a header that says `true` or `false`. */
export function booleanHeader(headers: Headers, ...names: readonly string[]): boolean | undefined {
  for (const name of names) {
    const value = headers.get(name)?.trim().toLowerCase();
    if (value === "true" || value === "false") return value === "true";
  }
  return undefined;
}
