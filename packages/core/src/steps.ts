/**
 * What an attempt does about each reply of the store: the engine's rules, without a clock, a timer or an `await`.
 *
 * The engine drives these functions over a real store; the model check drives the very same ones over every order of
 * replies, losses, crashes and lapses. Nothing else in the project decides what a reply means.
 */
import { type Attempt, type Claim, type Decision, decide, type Refusal, type Replay } from "./decide.js";
import type { InProgress, KeyRecord, Stored } from "./record.js";
import type { Write } from "./store.js";

/** One logical write. Repeated as it stands until it is answered; its version names it. */
export type Call =
  | { readonly op: "create"; readonly version: string; readonly record: KeyRecord; readonly keepMs: number }
  | {
      readonly op: "replace";
      readonly expected: string;
      readonly version: string;
      readonly record: KeyRecord;
      /** Undefined leaves the expiry as it is. */
      readonly keepMs: number | undefined;
    };

/** The store's answer, or `"no-reply"`: a fault or a time-out, after which the call may have been applied, or still will be. */
export type Reply = Write | "no-reply";

/** Makes a version that was never used before. */
export type Mint = () => string;

// ── Claiming ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A claim under way. */
export interface Claiming {
  readonly call: Call;
  /** The attempt that the call would begin. */
  readonly attempt: Attempt;
  /** Every version that this claim has sent. */
  readonly minted: readonly string[];
}

export type ClaimStep =
  | { readonly next: "call"; readonly claiming: Claiming }
  /** The key is held: run the operation. */
  | {
      readonly next: "run";
      readonly stored: Stored;
      readonly record: InProgress;
      readonly minted: readonly string[];
    }
  | { readonly next: "answer"; readonly decision: Replay | Refusal };

/** Begins with what was read, or with nothing: the first call of a claim is a `create`, without a read before it. */
export function beginClaim(current: Stored | undefined, claim: Claim, mint: Mint): ClaimStep {
  return act(decide(current, claim), [], mint);
}

/** Goes on after a reply. A claim's own version that stands there is its grant, whatever became of the reply. */
export function afterClaim(claiming: Claiming, reply: Reply, claim: Claim, mint: Mint): ClaimStep {
  if (reply === "no-reply") return { next: "call", claiming };
  if (reply.written) return granted(claiming, reply.stored);
  const { current } = reply;
  if (current !== undefined && claiming.minted.includes(current.version)) {
    return granted(claiming, current);
  }
  return act(decide(current, claim), claiming.minted, mint);
}

function granted(claiming: Claiming, stored: Stored): ClaimStep {
  const record = stored.record.state === "in-progress" ? stored.record : claiming.attempt.record;
  return { next: "run", stored, record, minted: claiming.minted };
}

function act(decision: Decision, sent: readonly string[], mint: Mint): ClaimStep {
  if (decision.do === "replay" || decision.do === "refuse") return { next: "answer", decision };
  const version = mint();
  const { record, keepMs } = decision;
  const call: Call =
    decision.do === "create"
      ? { op: "create", version, record, keepMs }
      : { op: "replace", expected: decision.expected, version, record, keepMs };
  return { next: "call", claiming: { call, attempt: decision, minted: [...sent, version] } };
}

// ── Giving a claim up ───────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The clean-up of a claim whose reply never came. It occupies the key and never vacates it: an emptied key would let a
 * late copy of the claim, or a slow owner, begin a second lifetime beside the first.
 */
export interface Vacating {
  readonly call: Call;
  /** The versions that the clean-up may replace: the claim's own, and the released one that it claimed over. */
  readonly targets: readonly string[];
  readonly record: KeyRecord;
  /** Set where an empty key must be occupied too, because the claim's `create` may still arrive. */
  readonly occupyMs: number | undefined;
}

export type VacateStep = { readonly next: "call"; readonly vacating: Vacating } | { readonly next: "done" };

/** Begins the clean-up after which no copy of the claim may be sent again. */
export function beginVacating(claiming: Claiming, mint: Mint): Vacating {
  const { attempt, call } = claiming;
  if (attempt.do === "replace" && attempt.over === "abandoned") {
    // The former owner may be slow, not dead: its record stays, only the lease that we may have taken ends at once.
    return vacating([call.version], { ...attempt.record, leaseMs: 0 }, undefined, call.version, mint);
  }
  const released: KeyRecord = { state: "released", attempt: attempt.record.attempt };
  const targets = attempt.do === "replace" ? [call.version, attempt.expected] : [call.version];
  const occupyMs = attempt.do === "create" ? attempt.keepMs : undefined;
  return vacating(targets, released, occupyMs, call.version, mint);
}

/** Goes on after a reply; anything that stands there and is not a target belongs to somebody else. */
export function afterVacating(current: Vacating, reply: Reply, mint: Mint): VacateStep {
  if (reply === "no-reply") return { next: "call", vacating: current };
  if (reply.written) return { next: "done" };
  const standing = reply.current;
  const { targets, record, occupyMs } = current;
  if (standing !== undefined) {
    if (!targets.includes(standing.version)) return { next: "done" };
    return { next: "call", vacating: vacating(targets, record, occupyMs, standing.version, mint) };
  }
  if (occupyMs === undefined) return { next: "done" };
  const call: Call = { op: "create", version: mint(), record, keepMs: occupyMs };
  return { next: "call", vacating: { ...current, call } };
}

function vacating(
  targets: readonly string[],
  record: KeyRecord,
  occupyMs: number | undefined,
  expected: string,
  mint: Mint,
): Vacating {
  return { call: { op: "replace", expected, version: mint(), record, keepMs: undefined }, targets, record, occupyMs };
}

// ── Writing as the owner ────────────────────────────────────────────────────────────────────────────────────────────

/** A write by the attempt that holds the key. */
export interface Writing {
  readonly purpose: "renew" | "complete" | "release";
  readonly call: Call;
  /** A copy of it went unanswered, so it may have been applied already. */
  readonly doubtful: boolean;
}

export type WriteStep =
  | { readonly next: "call"; readonly writing: Writing }
  | { readonly next: "done"; readonly stored: Stored | undefined }
  /** An earlier completion of this attempt stands already, and is the answer; this write was not made. */
  | { readonly next: "completed-before"; readonly current: Stored }
  /** Another attempt has taken over; `current` is what it wrote. */
  | { readonly next: "superseded"; readonly current: Stored }
  /** Nothing stands there any more: an operator forgot the key, or the store lost it. */
  | { readonly next: "vanished" };

/** Begins a write over the version that the attempt believes to stand. */
export function beginWriting(
  purpose: Writing["purpose"],
  standing: string,
  record: KeyRecord,
  keepMs: number | undefined,
  mint: Mint,
): Writing {
  return { purpose, call: { op: "replace", expected: standing, version: mint(), record, keepMs }, doubtful: false };
}

/**
 * Goes on after a reply.
 *
 * `minted` are all versions of this attempt. One of them standing there is not a conflict: an earlier write of ours was
 * applied and its reply lost, so the write is repeated over it, under its own version. Only a foreign version supersedes.
 */
export function afterWriting(
  writing: Writing,
  reply: Reply,
  minted: readonly string[],
  retentionMs: number,
  mint: Mint,
): WriteStep {
  const { purpose, call } = writing;
  if (reply === "no-reply") return { next: "call", writing: { ...writing, doubtful: true } };
  if (reply.written) return { next: "done", stored: reply.stored };
  const { current } = reply;
  if (current === undefined) return afterVanishing(writing, retentionMs, mint);
  if (current.version === call.version) return { next: "done", stored: current };
  if (minted.includes(current.version)) {
    // Our own completion stands already; nothing is written over an answer that somebody may have had.
    if (current.record.state === "completed") return { next: "completed-before", current };
    const { version, record } = call;
    const keepMs = call.op === "replace" ? call.keepMs : undefined;
    const again: Call = { op: "replace", expected: current.version, version, record, keepMs };
    return { next: "call", writing: { ...writing, call: again } };
  }
  // A release that may have been applied, and a claim over it since: the key was free, as we wanted.
  if (purpose === "release" && writing.doubtful) return { next: "done", stored: undefined };
  return { next: "superseded", current };
}

function afterVanishing(writing: Writing, retentionMs: number, mint: Mint): WriteStep {
  if (writing.purpose === "renew") return { next: "vanished" };
  if (writing.purpose === "release") return { next: "done", stored: undefined };
  // The answer is only sent when it is stored; so it is stored afresh, unless somebody else began meanwhile.
  const call: Call = { op: "create", version: mint(), record: writing.call.record, keepMs: retentionMs };
  return { next: "call", writing: { ...writing, call } };
}

/** What a superseded attempt's caller is told: what stands there says, and never the attempt's own result. */
export function answerSuperseded(current: Stored, claim: Claim): Replay | Refusal {
  const decision = decide(current, { ...claim, mayRun: false });
  if (decision.do === "replay" || decision.do === "refuse") return decision;
  return { do: "refuse", because: "in-progress", leaseLeftMs: 0 };
}

// ── Completing inside the caller's own transaction ──────────────────────────────────────────────────────────────────

export type CommitVerdict =
  | { readonly verdict: "committed" }
  /** This transaction did not commit, but an earlier one of the same attempt did: its result is the answer. */
  | { readonly verdict: "completed-before"; readonly current: Stored }
  /** An older version of ours stands: the transaction did not commit. */
  | { readonly verdict: "rolled-back"; readonly standing: string }
  | { readonly verdict: "superseded"; readonly current: Stored }
  /** Nothing stands there, so nothing tells: never "rolled back". */
  | { readonly verdict: "unknown" };

/** Judges, by one read after the transaction has ended, what became of a completion that was written inside it. */
export function afterCommit(current: Stored | undefined, version: string, minted: readonly string[]): CommitVerdict {
  if (current === undefined) return { verdict: "unknown" };
  if (current.version === version) return { verdict: "committed" };
  if (minted.includes(current.version)) {
    if (current.record.state === "completed") return { verdict: "completed-before", current };
    return { verdict: "rolled-back", standing: current.version };
  }
  return { verdict: "superseded", current };
}

// ── The lease, as its holder may trust it ───────────────────────────────────────────────────────────────────────────

/**
 * When a lease ends by the holder's own monotonic clock: counted from before the call was sent, less the age that the
 * answer reports, so that neither a slow reply nor a repeated call makes it look longer than it is.
 */
export function leaseEndMs(sentAtMs: number, stored: Stored): number {
  const leaseMs = stored.record.state === "in-progress" ? stored.record.leaseMs : 0;
  return sentAtMs + leaseMs - stored.ageMs;
}
