import { type Completed, type InProgress, isOmitted, type Released, type Stored } from "../record.js";
import type { Background } from "./background.js";
import type { Written } from "./hold.js";
import { completedRecord, type Ending, omit } from "./keeping.js";
import type { Settings } from "./options.js";
import { Backoff, pause } from "./pacing.js";
import type { Settled } from "./result-codec.js";
import { Fault } from "./store-port.js";
import type { Outcome } from "./types.js";

/** An attempt whose handler has ended. */
export interface Ended<T> extends Ending<T> {
  readonly settings: Settings;
  readonly background: Background;
  /** What the handler completed inside its own transaction, if it did. */
  readonly committed: { readonly value: T } | undefined;
  /** What this caller is told by what another attempt wrote. */
  readonly answer: (current: Stored) => Outcome<T> | Promise<Outcome<T>>;
}

/** Stores the result or releases the key, and says what the caller gets. */
export function settleAttempt<T>(ended: Ended<T>): Promise<Outcome<T>> {
  return ended.committed === undefined ? settleWrite(ended) : settleCommitted(ended);
}

async function settleCommitted<T>(ended: Ended<T>): Promise<Outcome<T>> {
  return (await settleCommit(ended)) ?? settleWrite(ended);
}

/** What became of a completion inside the caller's transaction; `undefined` where there was none, or it was rolled back. */
async function settleCommit<T>(ended: Ended<T>): Promise<Outcome<T> | undefined> {
  const { hold, settled, settings, tools, emit } = ended;
  const { attempt } = hold.record;
  const judged = await hold.judgeCommit(tools.clock.nowMs() + tools.completionTimeoutMs);
  if (judged === undefined) return undefined;
  if (judged instanceof Fault) {
    emit({ type: "completion-failed", id: hold.id, attempt, cause: judged.cause });
    // A handler that returned has seen its commit; one that threw may have thrown because it did not.
    const known = settled.ok && settings.onCompletionFailure === "answer";
    return known ? ownOutcome(settled, attempt, false) : { outcome: "outcome-unknown" };
  }
  if (judged.verdict === "rolled-back") return undefined;
  if (judged.verdict === "unknown") return { outcome: "outcome-unknown" };
  if (judged.verdict === "superseded") return superseded(ended, judged.current);
  emit({ type: "completed", id: hold.id, attempt, late: false });
  if (judged.verdict === "completed-before") return ended.answer(judged.current);
  // The committed value, even if the handler threw afterwards: it is what every retry is given.
  return ended.committed === undefined
    ? ownOutcome(settled, attempt, true)
    : ownOutcome({ ok: true, ...ended.committed }, attempt, true);
}

function superseded<T>({ hold, emit, answer }: Ended<T>, current: Stored): Outcome<T> | Promise<Outcome<T>> {
  emit({ type: "superseded", id: hold.id, attempt: hold.record.attempt, by: current.record.attempt });
  return answer(current);
}

async function settleWrite<T>(ended: Ended<T>): Promise<Outcome<T>> {
  const { hold, settings, tools, emit, background } = ended;
  const id = hold.id;
  const { attempt } = hold.record;
  const last: LastRecord | Promise<Completed> = isKept(ended) ? completedRecord(ended) : releasedRecord(ended);
  const record = last instanceof Promise ? await last : last;
  const endMs = tools.clock.nowMs() + tools.completionTimeoutMs;
  const first = await hold.settle(record.state === "completed" ? "complete" : "release", record, endMs);
  const written = first.next === "too-large" ? await writeBare(ended, record, first, endMs) : first;
  if (written.next === "superseded") return superseded(ended, written.current);
  const kept = record.state === "completed";
  if (written.next === "completed-before") {
    // A transaction that we took for rolled back has committed after all: what it stored is the answer.
    emit({ type: "completed", id, attempt, late: true });
    return ended.answer(written.current);
  }
  if (written.next !== "unanswered") {
    emit({ type: kept ? "completed" : "released", id, attempt, late: false });
    return ownOutcome(ended.settled, attempt, kept);
  }
  emit({ type: "completion-failed", id, attempt, cause: written.cause });
  background.track(finishLater(ended, record, written));
  if (kept && settings.onCompletionFailure === "unknown") return { outcome: "outcome-unknown" };
  return ownOutcome(ended.settled, attempt, false);
}

/** What the caller of the handler that ran gets: its own value or error. */
export function ownOutcome<T>(settled: Settled<T>, attempt: number, stored: boolean): Outcome<T> {
  if (settled.ok) return { outcome: "executed", value: settled.value, stored, attempt };
  return { outcome: "threw", error: settled.error, stored, attempt };
}

type LastRecord = Completed | Released | InProgress;

/**
 * The record of an attempt of which nothing is stored. Its key is free for any request, unless it has finished steps:
 * then it stays with this request, which goes on after them. Where nothing may be taken over, nobody could.
 */
function releasedRecord<T>({ hold, settings }: Ended<T>): Released | InProgress {
  const resumable = settings.policy.abandoned === "take-over" ? hold.resumable : undefined;
  return resumable ?? { state: "released", attempt: hold.record.attempt };
}

/** Whether the policy stores this outcome. Where it fails to say, the outcome is stored: a second run is the greater harm. */
function isKept<T>({ hold, settled, codec, settings, emit }: Ended<T>): boolean {
  try {
    const outcome = codec.classify(settled);
    if (outcome === "not-executed") return false;
    const disposition = settings.policy.settle(outcome);
    if (disposition === "store" || disposition === "release") return disposition === "store";
    throw new TypeError(`policy: ${JSON.stringify(disposition)} for ${outcome} is neither "store" nor "release"`);
  } catch (cause) {
    emit({ type: "policy-failed", id: hold.id, attempt: hold.record.attempt, cause });
    return true;
  }
}

/** How the last write stands once its result fits: where the store refuses the record as too large, without its result. */
type Settlement = Exclude<Written, { readonly next: "too-large" }>;

type TooLarge = Extract<Written, { readonly next: "too-large" }>;

async function writeBare<T>(
  ended: Ended<T>,
  record: LastRecord,
  { writing, cause }: TooLarge,
  endMs: number,
): Promise<Settlement> {
  // A store that refuses even the bare record is asked again and again in the background: the key stays guarded.
  if (record.state !== "completed" || isOmitted(record.result)) return { next: "unanswered", writing, cause };
  const bare: Completed = { ...record, result: omit(ended, cause) };
  const written = await ended.hold.settle("complete", bare, endMs);
  return written.next === "too-large" ? writeBare(ended, bare, written, endMs) : written;
}

/** Goes on with the last write until it is answered, however long the store is away. */
async function finishLater<T>(ended: Ended<T>, record: LastRecord, first: Settlement): Promise<void> {
  const { hold, tools, emit } = ended;
  const { attempt } = hold.record;
  const backoff = new Backoff(100, 5_000);
  let written = first;
  while (written.next === "unanswered") {
    if (tools.stopped()) return;
    await pause(tools.clock, backoff.nextMs());
    const endMs = tools.clock.nowMs() + tools.completionTimeoutMs;
    const again = await hold.resume(written.writing, endMs);
    written = again.next === "too-large" ? await writeBare(ended, record, again, endMs) : again;
  }
  if (written.next === "superseded") {
    emit({ type: "superseded", id: hold.id, attempt, by: written.current.record.attempt });
  } else {
    const kept = record.state === "completed" || written.next === "completed-before";
    emit({ type: kept ? "completed" : "released", id: hold.id, attempt, late: true });
  }
}
