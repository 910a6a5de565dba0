import { isNotExecutedError, OncekeyError } from "../errors.js";
import type { OutcomeClass } from "../policy.js";
import type { Omitted } from "../record.js";

/** How a handler ended: with a value, or by throwing. */
export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** How results are judged, kept and given back. */
export interface ResultCodec<T> {
  /** Names the class of an outcome; the policy says what becomes of it. */
  classify(settled: Settled<T>): OutcomeClass;
  /** Writes what a replay needs, or says that it is not kept. */
  encode(settled: Settled<T>): Uint8Array | Omitted;
  /** Reads what `encode` wrote. */
  decode(result: Uint8Array): Settled<T>;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Most results are short; for these it takes half of the time, and no memory outside the heap, to write them here first. */
const scratch = new Uint8Array(3_072);

function encodeText(value: string): Uint8Array {
  if (3 * value.length > scratch.length) return utf8.encode(value);
  return scratch.slice(0, utf8.encodeInto(value, scratch).written);
}

/** The class of an outcome that is a value or an error, and nothing more is known about it. */
export function classifyPlain(settled: Settled<unknown>): OutcomeClass {
  if (settled.ok) return "success";
  return isNotExecutedError(settled.error) ? "not-executed" : "thrown";
}

interface KeptError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
}

const json: ResultCodec<unknown> = {
  classify: classifyPlain,
  encode: (settled) =>
    encodeText(JSON.stringify(settled.ok ? { value: settled.value } : { error: describe(settled.error) })),
  decode: (result) => {
    const kept: { value?: unknown; error?: KeptError } = JSON.parse(text.decode(result));
    if (kept.error === undefined) return { ok: true, value: kept.value };
    const { name, message } = kept.error;
    const error = new OncekeyError("REPLAYED_FAILURE", `the first run threw ${name}: ${message}`, {
      cause: kept.error,
    });
    return { ok: false, error };
  },
};

/**
 * Keeps values as JSON, and thrown errors as their name, message and code.
 *
 * A value that JSON cannot hold (`BigInt`, cycles) is completed without its bytes; `undefined` comes back as such. That a
 * replay has the type of the first value is taken on trust, as with every `JSON.parse`.
 */
export function jsonCodec<T>(): ResultCodec<T> {
  return json as ResultCodec<T>;
}

function describe(error: unknown): KeptError {
  if (typeof error !== "object" || error === null) return { name: "Error", message: String(error) };
  const name = "name" in error ? String(error.name) : "Error";
  const message = "message" in error ? String(error.message) : String(error);
  const code =
    "code" in error && (typeof error.code === "string" || typeof error.code === "number") ? error.code : undefined;
  return code === undefined ? { name, message } : { name, message, code };
}
