import { isOncekeyError, OncekeyError } from "../errors.js";
import type { Completed, InProgress, KeyRecord, Stored } from "../record.js";
import {
  afterCommit,
  afterWriting,
  beginWriting,
  type CommitVerdict,
  leaseEndMs,
  type WriteStep,
  type Writing,
} from "../steps.js";
import type { IdempotencyStore, Write } from "../store.js";
import type { Grant, Tools } from "./claiming.js";
import { LazyAbort, type LossReason, lossError } from "./lease-loss.js";
import type { Settings } from "./options.js";
import { Backoff, pause } from "./pacing.js";
import { applyCall, Fault } from "./store-port.js";

/** How a write ended: as the rules say, or not yet. */
export type Written =
  | Exclude<WriteStep, { readonly next: "call" }>
  /** No answer in time; `writing` is what to repeat. */
  | { readonly next: "unanswered"; readonly writing: Writing; readonly cause: unknown }
  /** The store will never take this record. */
  | { readonly next: "too-large"; readonly writing: Writing; readonly cause: unknown };

/**
 * An attempt's hold on its key: the versions it has written, its lease, and its renewal.
 *
 * One write is under way at a time. `settle` waits for a renewal that is, before it begins the last write.
 */
export class Hold {
  readonly id: string;
  readonly #tools: Tools;
  readonly #settings: Settings;
  readonly #minted: string[];
  readonly #onLoss: (reason: LossReason) => void;
  readonly #abort = new LazyAbort();
  #record: InProgress;
  #standing: string;
  #leaseEndMs: number;
  #renewUntilMs = 0;
  #renewal: Promise<unknown> | undefined;
  #cancelTimer: (() => void) | undefined;
  #renewing = true;
  #ended = false;
  #commitVersion: string | undefined;
  #lastMinted: string | undefined;

  constructor(tools: Tools, settings: Settings, id: string, grant: Grant, onLoss: (reason: LossReason) => void) {
    this.#tools = tools;
    this.#settings = settings;
    this.id = id;
    this.#record = grant.record;
    this.#minted = [...grant.minted];
    this.#standing = grant.version;
    this.#leaseEndMs = grant.leaseEndMs;
    this.#onLoss = onLoss;
  }

  /** The record as its next renewal writes it. */
  get record(): InProgress {
    return this.#record;
  }

  /** The record of an attempt that ends without a result: free at once, for one that goes on after its finished steps. */
  get resumable(): InProgress | undefined {
    return this.#record.checkpoints === undefined ? undefined : { ...this.#record, leaseMs: 0 };
  }

  /** Aborts when the lease is lost. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** True once another attempt has taken over, or the lease has ended by our own clock. */
  get lost(): boolean {
    return this.#abort.aborted;
  }

  /** True where the grant arrived so late that its lease is over: it must be renewed before anything is run. */
  get lapsed(): boolean {
    return this.#tools.clock.nowMs() >= this.#leaseEndMs;
  }

  /** Renews the lease once; no answer before `endMs` leaves it as it is. */
  async renew(endMs: number): Promise<Written> {
    const writing = beginWriting("renew", this.#standing, this.record, this.#settings.keepMs, this.#tools.mint);
    const written = await this.#write(writing, endMs);
    if (written.next === "superseded" || written.next === "vanished") this.#lose(written.next);
    return written;
  }

  /** Renews at a third of the lease, until the attempt settles or the longest execution is over. */
  startRenewing(): void {
    const nowMs = this.#tools.clock.nowMs();
    this.#renewUntilMs = nowMs + this.#settings.maxExecutionMs;
    this.#scheduleRenewal(nowMs, 0);
  }

  /**
   * Renews the lease with a record that holds one more checkpoint; tries until the lease would end.
   *
   * It takes the place of the renewals meanwhile, so that one write is under way at a time. Whatever became of it, later
   * renewals write the checkpoint too.
   */
  async checkpoint(name: string, bytes: Uint8Array): Promise<void> {
    while (this.#renewing && this.#renewal !== undefined) await this.#renewal;
    this.requireLease("lapsed");
    this.#cancelTimer?.();
    const before = this.#record;
    this.#record = { ...before, checkpoints: { ...before.checkpoints, [name]: bytes } };
    const renewal = this.renew(Math.max(this.#leaseEndMs, this.#tools.clock.nowMs() + this.#settings.leaseMs / 3));
    this.#renewal = renewal;
    const written = await renewal;
    if (written.next === "too-large") this.#record = before;
    this.#renewed(written);
    if (written.next === "superseded" || written.next === "vanished") throw lossError(written.next);
    if (written.next !== "done") throw notSaved(name, written);
  }

  /** Throws where nothing new may begin under this lease; one that has lapsed may be `tolerated`, and tried to renew. */
  requireLease(tolerated?: "lapsed"): void {
    const { reason } = this.#abort;
    if (reason !== undefined && reason !== tolerated) throw lossError(reason);
    if (!this.#renewing) throw lossError("ended");
  }

  /** Begins the last write, after the renewal that may be under way; answers what the rules make of the replies until `endMs`. */
  settle(purpose: "complete" | "release", record: KeyRecord, endMs: number): Promise<Written> {
    this.#end();
    if (this.#renewal === undefined) return this.#writeLast(purpose, record, endMs);
    return this.#renewal.then(() => this.#writeLast(purpose, record, endMs));
  }

  #writeLast(purpose: "complete" | "release", record: KeyRecord, endMs: number): Promise<Written> {
    return this.#write(beginWriting(purpose, this.#standing, record, undefined, this.#tools.mint), endMs);
  }

  /**
   * Writes the completion through a store that is bound to the caller's transaction; its faults are the caller's to see.
   * The renewal stops: a renewal beside it would wait for the transaction's lock, and change the version under it. What
   * becomes of the transaction is not known here, so the end of the lease is still told.
   */
  async commit(store: IdempotencyStore, record: Completed): Promise<void> {
    this.#stopRenewing();
    if (this.#renewal !== undefined) await this.#renewal;
    const { mint, clock } = this.#tools;
    this.#cancelTimer = clock.setTimer(
      () => this.#lose("lapsed"),
      Math.max(0, this.#leaseEndMs - clock.nowMs()),
      "idle",
    );
    let step: WriteStep = { next: "call", writing: beginWriting("complete", this.#standing, record, undefined, mint) };
    while (step.next === "call") {
      const { writing }: { writing: Writing } = step;
      this.#remember(writing.call.version);
      this.#commitVersion = writing.call.version;
      const reply: Write = await applyCall(store, this.id, writing.call);
      step = afterWriting(writing, reply, this.#minted, this.#settings.retentionMs, mint);
    }
    if (step.next === "done") return;
    throw lossError(step.next === "completed-before" ? "committed" : "superseded");
  }

  /** Looks what became of the transaction that `commit` wrote in, until `endMs`; `undefined` where there was none. */
  async judgeCommit(endMs: number): Promise<CommitVerdict | Fault | undefined> {
    if (this.#commitVersion === undefined) return undefined;
    this.#end();
    const current = await this.#look(endMs);
    if (current instanceof Fault) return current;
    const judged = afterCommit(current, this.#commitVersion, this.#minted);
    if (judged.verdict === "rolled-back") this.#standing = judged.standing;
    return judged;
  }

  /** Reads what stands there. What broke the transaction's connection has often broken the store's too, so it asks again. */
  async #look(endMs: number): Promise<Stored | undefined | Fault> {
    const { port, clock } = this.#tools;
    let backoff: Backoff | undefined;
    for (;;) {
      const current = await port.get(this.id, Math.max(1, endMs - clock.nowMs()));
      const leftMs = endMs - clock.nowMs();
      if (!(current instanceof Fault) || current.definite || leftMs <= 0 || this.#tools.stopped()) return current;
      backoff ??= new Backoff(20, 1_000);
      await pause(clock, Math.min(backoff.nextMs(), leftMs));
    }
  }

  /** Repeats a last write that went unanswered. */
  resume(writing: Writing, endMs: number): Promise<Written> {
    return this.#write(writing, endMs);
  }

  /** Ends the renewing. One that is under way ends soon: its call is answered or times out, and is not repeated. */
  #stopRenewing(): void {
    this.#renewing = false;
    this.#cancelTimer?.();
  }

  /** The handler has ended: whether its lease holds is nobody's question any more. */
  #end(): void {
    this.#stopRenewing();
    this.#ended = true;
  }

  /** Copies of one write follow each other, so one look at the last version keeps each once. */
  #remember(version: string): void {
    if (version === this.#lastMinted) return;
    this.#lastMinted = version;
    this.#minted.push(version);
  }

  /** Sends a write until it is answered, or until `endMs`. */
  #write(writing: Writing, endMs: number, backoff?: Backoff): Promise<Written> {
    const { port, clock, mint, completionTimeoutMs } = this.#tools;
    const { call } = writing;
    this.#remember(call.version);
    const sentAtMs = clock.nowMs();
    return port.send(this.id, call, Math.max(1, Math.min(endMs - sentAtMs, completionTimeoutMs)), (reply) => {
      if (reply instanceof Fault) return this.#writeAgain(writing, reply, endMs, backoff);
      const step = afterWriting(writing, reply, this.#minted, this.#settings.retentionMs, mint);
      if (step.next === "done" && step.stored !== undefined) this.#hold(step.stored, sentAtMs);
      return step.next === "call" ? this.#write(step.writing, endMs, backoff) : step;
    });
  }

  async #writeAgain(
    writing: Writing,
    { cause }: Fault,
    endMs: number,
    backoff = new Backoff(20, 1_000),
  ): Promise<Written> {
    const { clock, mint } = this.#tools;
    if (isOncekeyError(cause, "RECORD_TOO_LARGE")) return { next: "too-large", writing, cause };
    const step = afterWriting(writing, "no-reply", this.#minted, this.#settings.retentionMs, mint);
    if (step.next !== "call") return step;
    const givingWay = !this.#renewing && writing.purpose === "renew";
    const leftMs = endMs - clock.nowMs();
    if (leftMs <= 0 || givingWay || this.#tools.stopped()) return { next: "unanswered", writing: step.writing, cause };
    await pause(clock, Math.min(backoff.nextMs(), leftMs));
    return this.#write(step.writing, endMs, backoff);
  }

  #hold(stored: Stored, sentAtMs: number): void {
    this.#standing = stored.version;
    if (stored.record.state === "in-progress") this.#leaseEndMs = leaseEndMs(sentAtMs, stored);
  }

  /** A third of the lease counts from its beginning: an answer that came late leaves less of it. */
  #scheduleRenewal(nowMs: number, leastMs: number): void {
    if (!this.#renewing) return;
    const renewing = nowMs < this.#renewUntilMs;
    const leftMs = this.#leaseEndMs - nowMs;
    const delayMs = renewing ? Math.max(leastMs, leftMs - (this.#settings.leaseMs * 2) / 3) : Math.max(0, leftMs);
    const run = renewing ? () => this.#renewOnTime() : () => this.#lose("lapsed");
    this.#cancelTimer = this.#tools.clock.setTimer(run, delayMs, "idle");
  }

  #renewOnTime(): void {
    const { clock } = this.#tools;
    // After a pause of the whole process the lease may be over: say so first, and still try to keep others out.
    if (this.lapsed) this.#lose("lapsed");
    const endMs = this.lapsed ? clock.nowMs() + this.#settings.leaseMs / 3 : this.#leaseEndMs;
    this.#renewal = this.renew(endMs).then((written) => this.#renewed(written));
  }

  #renewed(written: Written): void {
    this.#renewal = undefined;
    if (this.lapsed) this.#lose("lapsed");
    if (written.next === "superseded" || written.next === "vanished") return;
    // A store whose answers are always late is asked again soon, and not without a pause.
    this.#scheduleRenewal(this.#tools.clock.nowMs(), this.#settings.leaseMs / (written.next === "done" ? 30 : 3));
  }

  #lose(reason: LossReason): void {
    if (this.#abort.aborted || this.#ended) return;
    this.#abort.abort(reason);
    this.#onLoss(reason);
  }
}

function notSaved(name: string, written: Written): unknown {
  if (written.next === "too-large") return written.cause;
  const cause = "cause" in written ? written.cause : undefined;
  return new OncekeyError(
    "STORE_UNAVAILABLE",
    `step ${JSON.stringify(name)} was done, and the store did not take its result while the lease lasted`,
    { cause },
  );
}
