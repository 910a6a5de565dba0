import { type Claim, type IdempotencyStore, isOmitted, type KeyRecord, type Stored } from "@oncekey/core";
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
import { noCounts, type RaceEvent, type RaceHistory } from "./history.js";

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
  /** Tells when to give up: a store that is broken may refuse for ever. */
  readonly over: () => boolean;
}

/** Runs operations as the engine does, by its own step rules, and writes down what happened. */
export class Attempts {
  readonly #store: IdempotencyStore;
  readonly #behaviour: Behaviour;
  readonly #mint: () => string;
  readonly #events: RaceEvent[] = [];
  readonly #counts = noCounts();

  constructor(store: IdempotencyStore, behaviour: Behaviour, mint: () => string) {
    this.#store = store;
    this.#behaviour = behaviour;
    this.#mint = mint;
  }

  get history(): RaceHistory {
    return { events: this.#events, counts: this.#counts };
  }

  /** One caller with one key: it is answered, refused, or runs. */
  async visit(key: number, id: string): Promise<void> {
    const { claim } = this.#behaviour;
    let step: ClaimStep = beginClaim(undefined, claim, this.#mint);
    let takesOver = false;
    while (step.next === "call" && !this.#behaviour.over()) {
      const { claiming }: { claiming: typeof step.claiming } = step;
      takesOver = claiming.attempt.do === "replace" && claiming.attempt.over === "abandoned";
      step = afterClaim(claiming, await this.#send(key, id, claiming.call), claim, this.#mint);
    }
    if (step.next === "answer") {
      if (step.decision.do !== "replay") return;
      this.#counts.replays += 1;
      return this.#answer(key, step.decision.result);
    }
    if (step.next !== "run") return;
    if (takesOver) this.#counts.takeOvers += 1;
    await this.#run(key, id, step.stored, step.minted);
  }

  async #run(key: number, id: string, stored: Stored, minted: readonly string[]): Promise<void> {
    const { claim, crash, dawdle, release } = this.#behaviour;
    const { version, record } = stored;
    this.#events.push({ kind: "run", key, version, attempt: record.attempt });
    const chance = Math.random();
    if (chance < crash) return;
    if (chance < crash + dawdle) await sleep(1.5 * claim.leaseMs);
    const result = new TextEncoder().encode(`${version} ran as ${record.attempt}`);
    const last: KeyRecord =
      chance < crash + dawdle + release
        ? { state: "released", attempt: record.attempt }
        : { state: "completed", fingerprint: claim.fingerprint, attempt: record.attempt, result };
    const renewed = await this.#write(key, id, "renew", version, record, minted);
    if (renewed === undefined) return;
    const purpose = last.state === "released" ? "release" : "complete";
    const written = await this.#write(key, id, purpose, renewed, last, [...minted, renewed]);
    if (written !== undefined && last.state === "completed") this.#answer(key, result);
  }

  /** Writes as the owner; answers the version that then stands, or nothing where it is the owner no longer. */
  async #write(
    key: number,
    id: string,
    purpose: "renew" | "complete" | "release",
    standing: string,
    record: KeyRecord,
    minted: readonly string[],
  ): Promise<string | undefined> {
    const { claim } = this.#behaviour;
    const keepMs = purpose === "renew" ? claim.keepMs : undefined;
    const first = beginWriting(purpose, standing, record, keepMs, this.#mint);
    let step: WriteStep = { next: "call", writing: first };
    while (step.next === "call" && !this.#behaviour.over()) {
      const { writing }: { writing: typeof step.writing } = step;
      const reply = await this.#send(key, id, writing.call);
      step = afterWriting(writing, reply, minted, claim.retentionMs, this.#mint);
    }
    if (step.next === "done") return step.stored?.version;
    if (step.next === "superseded") this.#counts.superseded += 1;
    return undefined;
  }

  async #send(key: number, id: string, call: Call): Promise<Reply> {
    const { version, record } = call;
    const head = { kind: "write", key, version, state: record.state, attempt: record.attempt } as const;
    const what = call.op === "replace" ? { ...head, expected: call.expected } : head;
    let reply: Reply;
    try {
      reply = await this.#apply(id, call);
    } catch {
      // The outcome of a fault is unknown, and is written down as that.
      this.#events.push({ ...what, outcome: "unknown" });
      await sleep(5);
      return "no-reply";
    }
    this.#counts.writes += 1;
    if (reply.written) this.#events.push({ ...what, outcome: "written" });
    else {
      const current = reply.current?.version;
      this.#events.push({ ...what, outcome: "refused", ...(current !== undefined && { current }) });
      this.#counts.conflicts += 1;
    }
    if (Math.random() >= this.#behaviour.loseReply) return reply;
    if (reply.written) this.#counts.lostReplies += 1;
    return "no-reply";
  }

  #apply(id: string, call: Call): ReturnType<IdempotencyStore["create"]> {
    const { version, record, keepMs } = call;
    if (call.op === "create") return this.#store.create(id, version, record, call.keepMs);
    return this.#store.replace(id, call.expected, version, record, keepMs);
  }

  #answer(key: number, result: Uint8Array): void {
    this.#events.push({ kind: "answer", key, result: new TextDecoder().decode(result) });
  }
}

/** The result that a record holds, as text. */
export function resultOf(record: KeyRecord): string | undefined {
  if (record.state !== "completed" || isOmitted(record.result)) return undefined;
  return new TextDecoder().decode(record.result);
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
