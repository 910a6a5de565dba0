import { type InProgress, isOmitted, type Omitted, type Stored } from "./record.js";

/** What one caller asks of a key: may this request run, and if not, what is it told? */
export interface Claim {
  /** The request's fingerprint. */
  readonly fingerprint: string;
  /** Fingerprints of the same request under older secrets; a record that bears one of them matches too. */
  readonly alternates?: readonly string[];
  readonly leaseMs: number;
  /** From the first claim of a key to the end of its record. */
  readonly retentionMs: number;
  /** At least this long a record outlives a take-over: max(lease + margin, longest execution). */
  readonly keepMs: number;
  /** What a lapsed lease means: the operation may run again, or its outcome stays unknown. */
  readonly abandoned: "take-over" | "reject";
  /** False where the caller has lost its right to run, and only asks what it should answer. Default true. */
  readonly mayRun?: boolean;
}

/** What a claim may do: write, and then run; answer with what is stored; or refuse. */
export type Decision = Attempt | Replay | Refusal;

/** Write this record; whoever succeeds runs the operation. */
export type Attempt =
  | { readonly do: "create"; readonly record: InProgress; readonly keepMs: number }
  | {
      readonly do: "replace";
      readonly over: "released" | "abandoned";
      readonly expected: string;
      readonly record: InProgress;
      readonly keepMs: number;
    };

/** Answer with the result of the attempt that completed. */
export interface Replay {
  readonly do: "replay";
  readonly result: Uint8Array;
  readonly attempt: number;
}

/** Do not run, for one of these reasons. */
export type Refusal =
  /** The key belongs to another request. */
  | { readonly do: "refuse"; readonly because: "mismatch" }
  /** Another attempt runs; its lease ends in `leaseLeftMs` unless it is renewed. */
  | { readonly do: "refuse"; readonly because: "in-progress"; readonly leaseLeftMs: number }
  /** An attempt began and was never heard of again, and the policy forbids a second run. */
  | { readonly do: "refuse"; readonly because: "outcome-unknown" }
  /** The operation is done, and its result was not kept. */
  | { readonly do: "refuse"; readonly because: "result-unavailable"; readonly omitted: Omitted };

/**
 * Decides what a claim may do about what stands under its key. Pure and total: no clock, no I/O.
 *
 * The order of the questions is the rule: absent or released, then mismatch, then the state. So a request that does not
 * match is told so even while the first one still runs.
 */
export function decide(current: Stored | undefined, claim: Claim): Decision {
  if (current === undefined || current.expiresInMs <= 0) return begin(claim);
  const { record } = current;
  if (record.state === "released") return reclaim(current.version, record.attempt, claim);
  if (!matches(record.fingerprint, claim)) return { do: "refuse", because: "mismatch" };
  if (record.state === "completed") {
    const { result, attempt } = record;
    if (isOmitted(result)) return { do: "refuse", because: "result-unavailable", omitted: result };
    return { do: "replay", result, attempt };
  }
  return contend(current, record, claim);
}

function begin(claim: Claim): Decision {
  if (claim.mayRun === false) return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
  const { fingerprint, leaseMs } = claim;
  return {
    do: "create",
    record: { state: "in-progress", fingerprint, attempt: 1, leaseMs },
    keepMs: claim.retentionMs,
  };
}

function reclaim(expected: string, previous: number, claim: Claim): Decision {
  if (claim.mayRun === false) return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
  const { fingerprint, leaseMs } = claim;
  const record: InProgress = { state: "in-progress", fingerprint, attempt: previous + 1, leaseMs };
  return { do: "replace", over: "released", expected, record, keepMs: claim.retentionMs };
}

function contend(current: Stored, running: InProgress, claim: Claim): Decision {
  const leaseLeftMs = running.leaseMs - current.ageMs;
  if (leaseLeftMs > 0) return { do: "refuse", because: "in-progress", leaseLeftMs };
  if (claim.abandoned === "reject") return { do: "refuse", because: "outcome-unknown" };
  if (claim.mayRun === false) return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
  // Checkpoints stay: the next attempt resumes after the steps that the lost one finished.
  const record: InProgress = { ...running, attempt: running.attempt + 1, leaseMs: claim.leaseMs };
  return { do: "replace", over: "abandoned", expected: current.version, record, keepMs: claim.keepMs };
}

/**
 * Tells whether a stored fingerprint is of this request.
 *
 * Values of different schemes (`s1:` plain, `h1:` keyed) cannot be compared; they count as a match, so that a deploy that
 * changes the scheme never refuses the retries of requests that began before it.
 */
function matches(stored: string, claim: Claim): boolean {
  if (stored === claim.fingerprint) return true;
  if (claim.alternates?.includes(stored)) return true;
  return schemeOf(stored) !== schemeOf(claim.fingerprint);
}

function schemeOf(fingerprint: string): string {
  return fingerprint.slice(0, fingerprint.indexOf(":") + 1);
}
