import { type Stored, stateOf } from "../record.js";
import type { Tools, Unavailable } from "./claiming.js";
import { inTime } from "./pacing.js";
import { Fault } from "./store-port.js";

/** Whose key a quota is asked about. */
export interface QuotaRequest {
  readonly namespace: string;
  /** Whose key it is: the operation's `quotaScope`, or its `scope`. */
  readonly scope: string;
  /** The record's id, the same for every retry of a key: what to count, so that a retry is not counted twice. */
  readonly id: string;
  /** How long the record will live, if it is made. */
  readonly retentionMs: number;
}

/** Whether a new key may be claimed, and if not, when to ask again. */
export type QuotaAnswer = { readonly admit: true } | { readonly admit: false; readonly retryAfterMs: number };

/**
 * Says whether a scope may have one more key.
 *
 * It is asked before every claim, because only the claim itself could tell a new key from a retry without another round
 * trip. It may refuse both: a key that has a record is never refused, whatever the answer. If it throws, or takes longer
 * than `claimTimeoutMs`, a new key fails with its error.
 */
export type Quota = (request: QuotaRequest) => QuotaAnswer | Promise<QuotaAnswer>;

/** Claim now, knowing what stands there where it was read; or do not. */
export type Admission =
  | { readonly result: "admitted"; readonly current: Stored | undefined }
  | { readonly result: "over-quota"; readonly retryAfterMs: number }
  | Unavailable;

/**
 * Asks the quota. Where it admits, that costs no call of the store. Where it refuses, one `get` takes the place of the
 * claim's first call and tells a retry, which goes on from what was read, from a new key.
 */
export async function askQuota(
  { port, clock, claimTimeoutMs }: Tools,
  quota: Quota,
  request: QuotaRequest,
): Promise<Admission> {
  const answer = await answerOf(() => inTime(clock, quota(request), claimTimeoutMs, "quota"));
  if (!(answer instanceof Fault) && answer.admit) return { result: "admitted", current: undefined };
  const current = await port.get(request.id, claimTimeoutMs);
  if (current instanceof Fault) return { result: "unavailable", cause: current.cause, lost: undefined };
  if (stateOf(current) !== "expired") return { result: "admitted", current };
  if (answer instanceof Fault) throw answer.cause;
  return { result: "over-quota", retryAfterMs: answer.retryAfterMs };
}

/** The answer of a function that somebody else wrote; a fault is kept until it is known whether it matters. */
async function answerOf(ask: () => Promise<unknown>): Promise<QuotaAnswer | Fault> {
  try {
    const answer = await ask();
    if (isAnswer(answer)) return answer;
    const given = JSON.stringify(answer) ?? typeof answer;
    throw new TypeError(`quota: it answered ${given}; expected { admit: true } or { admit: false, retryAfterMs }`);
  } catch (cause) {
    return new Fault(cause);
  }
}

function isAnswer(answer: unknown): answer is QuotaAnswer {
  if (typeof answer !== "object" || answer === null || !("admit" in answer)) return false;
  if (answer.admit === true) return true;
  if (answer.admit !== false || !("retryAfterMs" in answer)) return false;
  const { retryAfterMs } = answer;
  return typeof retryAfterMs === "number" && retryAfterMs >= 0 && retryAfterMs < Number.POSITIVE_INFINITY;
}
