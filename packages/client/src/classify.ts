import { header } from "../../http/src/protocol.js";
import type { Sent } from "./network-failure.js";
import type { Answer, Meaning, ProtocolAdapter } from "./protocols/adapter.js";

/** What one attempt came to, as the client saw it. */
export type Observation =
  | { readonly kind: "no-answer"; readonly sent: Sent; readonly error: unknown }
  /** The answer began and its end never came. */
  | { readonly kind: "cut-off"; readonly status: number; readonly error: unknown }
  | { readonly kind: "answer"; readonly answer: Answer };

/** The class of an attempt, from which follow what to do next and what may be believed. */
export type ObservationClass =
  /** Done, and here is the answer. */
  | "success"
  /** Refused, and asking again will not change it. */
  | "definite"
  /** Never reached a server. */
  | "unsent"
  /** The server says that it did nothing. */
  | "not-executed"
  /** An earlier attempt is still running. */
  | "in-progress"
  /** May have been done, may not. */
  | "ambiguous"
  | "key-reused"
  | "key-required"
  | "key-expired"
  /** The server does not know either, so asking again does not help. */
  | "outcome-unknown";

/** Refusals to begin (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4). */
const NOT_EXECUTED: readonly number[] = [408, 425, 429];

/** Statuses of the 5xx range that no second attempt changes: not implemented, HTTP version not supported. */
const FINAL_5XX: readonly number[] = [501, 505];

const byMeaning: { readonly [meaning in Meaning]: ObservationClass } = {
  "in-progress": "in-progress",
  "key-reused": "key-reused",
  "key-required": "key-required",
  "key-expired": "key-expired",
  "outcome-unknown": "outcome-unknown",
  done: "success",
  "not-executed": "not-executed",
  final: "definite",
};

/** What a replayed failure cannot mean: it was stored when it was over. */
const NEVER_STORED: readonly (Meaning | undefined)[] = ["in-progress", "not-executed", undefined];

/**
 * Names the class of an attempt. Total: every status and every failure has one.
 *
 * @param keyed Whether the request bore a key. An answer to one that did not says nothing about keys.
 */
export function classify(observation: Observation, protocol: ProtocolAdapter, keyed = true): ObservationClass {
  switch (observation.kind) {
    case "no-answer":
      return observation.sent === "no" ? "unsent" : "ambiguous";
    case "cut-off":
      return "ambiguous";
    case "answer":
      return classifyAnswer(observation.answer, protocol, keyed);
  }
}

function classifyAnswer(answer: Answer, protocol: ProtocolAdapter, keyed: boolean): ObservationClass {
  const { status } = answer;
  if (status < 400) return "success";
  const meaning = keyed ? protocol.recognise?.(answer) : undefined;
  // A stored failure stays what it is, however often it is asked for.
  if (NEVER_STORED.includes(meaning) && protocol.isReplay?.(answer)) return "definite";
  if (meaning !== undefined) return byMeaning[meaning];
  if (NOT_EXECUTED.includes(status)) return "not-executed";
  if (status < 500 || FINAL_5XX.includes(status)) return "definite";
  return "ambiguous";
}

/** What may be done about an attempt of a request that is, or is not, safe to send twice. */
export function mayRetry(
  kind: ObservationClass,
  repeatable: boolean,
  answer: Answer | undefined,
  protocol: ProtocolAdapter,
): boolean {
  const hint = answer && protocol.shouldRetry?.(answer);
  if (hint === false && kind !== "success") return false;
  switch (kind) {
    case "unsent":
      return true;
    case "not-executed":
      return repeatable || answer?.status !== 408;
    case "in-progress":
      return true;
    case "ambiguous":
      // A server that names the time of the next attempt has not begun this one.
      return repeatable || (answer?.status === 503 && answer.headers.has(header.retryAfter));
    case "definite":
      // A stored answer comes again however often it is asked for, and so does the hint in it.
      return hint === true && repeatable && !(answer && protocol.isReplay?.(answer));
    default:
      return false;
  }
}

/** Refusals from in front of the operation: they say nothing about an earlier attempt. */
const SAYS_NOTHING_OF_BEFORE: readonly number[] = [401, 403, 407, 408, 421, 425, 429, 503];

/**
 * Whether an answer tells what became of the operation, earlier attempts included.
 *
 * An expired token answered with 401 does not undo what an attempt may have done whose answer was lost.
 */
export function settles(kind: ObservationClass, status: number): boolean {
  if (kind === "success") return true;
  return kind === "definite" && !SAYS_NOTHING_OF_BEFORE.includes(status);
}
