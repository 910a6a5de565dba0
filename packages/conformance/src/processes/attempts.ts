import type { Claim, IdempotencyStore, KeyRecord, Stored } from "@oncekey/core";
import {
  afterClaim,
  afterWriting,
  beginClaim,
  beginWriting,
  type Call,
  type ClaimStep,
  type Reply,
  type WriteStep,
} from "@oncekey/core/steps";
import type { Intent, Outcome, RaceEntry } from "./history.js";

/** How the attempts of a race behave; chances are from 0 to 1. */
export interface Behaviour {
  readonly claim: Claim;
  /** That a reply is thrown away, so that the call is repeated. */
  readonly loseReply: number;
  /** That an attempt dies while it holds the key. */
  readonly crash: number;
  /** That an attempt outlasts its lease, and then completes. */
  readonly dawdle: number;
  /** That an attempt releases the key. */
  readonly release: number;
}

/** Who runs the attempts, and where what they do is written down. */
export interface Caller {
  readonly by: string;
  readonly nowMs: () => number;
  readonly keep: (entry: RaceEntry) => void;
  /** Makes a version that was never used before. */
  readonly mint: () => string;
  /** Tells when to give up: a store that is broken may refuse for ever. */
  readonly over: () => boolean;
}

/** An act of this caller under way. */
interface Act {
  readonly id: string;
  readonly number: number;
  readonly startMs: number;
  readonly does: Intent;
}

/** Runs operations as the engine does, by its own step rules, and writes down what comes of it. */
export class Attempts {
  readonly #store: IdempotencyStore;
  readonly #behaviour: Behaviour;
  readonly #caller: Caller;
  #acts = 0;

  constructor(store: IdempotencyStore, behaviour: Behaviour, caller: Caller) {
    this.#store = store;
    this.#behaviour = behaviour;
    this.#caller = caller;
  }

  /** One caller with one key: it is answered, refused, or runs. */
  async visit(id: string): Promise<void> {
    const { claim } = this.#behaviour;
    const { mint, over, by, keep } = this.#caller;
    const act = this.#begin(id, { act: "claim" });
    let step: ClaimStep = beginClaim(undefined, claim, mint);
    let takesOver = false;
    while (step.next === "call" && !over()) {
      const { claiming }: { claiming: typeof step.claiming } = step;
      takesOver = claiming.attempt.do === "replace" && claiming.attempt.over === "abandoned";
      step = afterClaim(claiming, await this.#send(act, claiming.call), claim, mint);
    }
    if (step.next === "answer") {
      if (step.decision.do === "replay") return this.#end(act, { replayed: textOf(step.decision.result) });
      return this.#end(act, "in-progress");
    }
    if (step.next !== "run") return;
    this.#end(act, { granted: step.record.attempt });
    if (takesOver) keep({ at: "note", by, what: "takeOvers" });
    await this.#run(id, step.stored, step.minted);
  }

  async #run(id: string, { version, record }: Stored, minted: readonly string[]): Promise<void> {
    const { claim, crash, dawdle, release } = this.#behaviour;
    const chance = Math.random();
    if (chance < crash) return;
    if (chance < crash + dawdle) await sleep(1.5 * claim.leaseMs);
    const { attempt } = record;
    const renewed = await this.#write(id, { act: "renew", attempt }, version, record, minted);
    if (renewed === undefined) return;
    const mine = [...minted, renewed];
    if (chance < crash + dawdle + release) {
      await this.#write(id, { act: "release", attempt }, renewed, { state: "released", attempt }, mine);
      return;
    }
    const result = `${version} ran as ${attempt}`;
    const bytes = new TextEncoder().encode(result);
    const last: KeyRecord = { state: "completed", fingerprint: claim.fingerprint, attempt, result: bytes };
    await this.#write(id, { act: "complete", attempt, result }, renewed, last, mine);
  }

  /** Writes as the owner; answers the version that then stands, or nothing where it is the owner no longer. */
  async #write(
    id: string,
    does: Exclude<Intent, { act: "claim" }>,
    standing: string,
    record: KeyRecord,
    minted: readonly string[],
  ): Promise<string | undefined> {
    const { claim } = this.#behaviour;
    const { mint, over } = this.#caller;
    const keepMs = does.act === "renew" ? claim.keepMs : undefined;
    const act = this.#begin(id, does);
    let step: WriteStep = { next: "call", writing: beginWriting(does.act, standing, record, keepMs, mint) };
    while (step.next === "call" && !over()) {
      const { writing }: { writing: typeof step.writing } = step;
      step = afterWriting(writing, await this.#send(act, writing.call), minted, claim.retentionMs, mint);
    }
    if (step.next === "call") return undefined;
    // A release may be done with although another attempt holds the key by now: the owner is one no longer either way.
    const stored = step.next === "done" ? step.stored : undefined;
    this.#end(act, stored === undefined ? "superseded" : "done");
    return stored?.version;
  }

  async #send(act: Act, call: Call): Promise<Reply> {
    const { by, keep } = this.#caller;
    let reply: Reply;
    try {
      reply = await this.#apply(act.id, call);
    } catch {
      // The outcome of a fault is unknown, and is written down as that.
      this.#mayHaveBeenDone(act);
      await sleep(5);
      return "no-reply";
    }
    if (Math.random() >= this.#behaviour.loseReply) return reply;
    if (reply.written) {
      this.#mayHaveBeenDone(act);
      keep({ at: "note", by, what: "lostReplies" });
    }
    return "no-reply";
  }

  #apply(id: string, call: Call): ReturnType<IdempotencyStore["create"]> {
    const { version, record, keepMs } = call;
    if (call.op === "create") return this.#store.create(id, version, record, call.keepMs);
    return this.#store.replace(id, call.expected, version, record, keepMs);
  }

  #begin(id: string, does: Intent, startMs = this.#caller.nowMs()): Act {
    const { by, keep } = this.#caller;
    const number = this.#acts++;
    keep({ at: "begin", act: number, by, ms: startMs, key: id, does });
    return { id, number, startMs, does };
  }

  #end({ number }: Act, came: Outcome): void {
    const { by, keep, nowMs } = this.#caller;
    keep({ at: "end", act: number, by, ms: nowMs(), came });
  }

  /** Whatever comes of an act in the end, it may have had its effect once already, and lost it to another attempt since. */
  #mayHaveBeenDone({ id, does, startMs }: Act): void {
    this.#begin(id, does, startMs);
  }
}

function textOf(result: Uint8Array): string {
  return new TextDecoder().decode(result);
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
