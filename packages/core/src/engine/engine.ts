import type { Claim } from "../decide.js";
import { OncekeyError } from "../errors.js";
import type { Stored } from "../record.js";
import { recordId } from "../record-id.js";
import { answerSuperseded, type Claiming } from "../steps.js";
import { answerWith } from "./answering.js";
import { callHandler, HeldAttempt, unprotectedAttempt } from "./attempt.js";
import { Background } from "./background.js";
import { toClaim } from "./claim.js";
import { type Claimed, claimKey, type Grant, type Tools, type Unavailable, vacateKey } from "./claiming.js";
import { systemClock } from "./clock.js";
import { createEmitter, type OncekeyEvent } from "./events.js";
import { Hold, type Written } from "./hold.js";
import { completedRecord } from "./keeping.js";
import { checkOperationOptions, resolveLimits, resolveSettings, type Settings } from "./options.js";
import { Backoff, pause } from "./pacing.js";
import { askQuota } from "./quota.js";
import { jsonCodec, type ResultCodec } from "./result-codec.js";
import { Sealing } from "./sealing.js";
import { ownOutcome, settleAttempt } from "./settling.js";
import { finishedSteps, keeperOf, Steps } from "./stepping.js";
import { Fault, StorePort } from "./store-port.js";
import type { Handler, Oncekey, OncekeyOptions, Operation, OperationOptions, Outcome } from "./types.js";
import { unwrap } from "./unwrap.js";
import { createMint } from "./versions.js";

/** Makes an engine over a store. Options are checked here; a contradiction is a `TypeError` that names it. */
export function createOncekey(options: OncekeyOptions): Oncekey {
  const limits = resolveLimits(options);
  const clock = options.clock ?? systemClock;
  const shared: Shared = {
    options,
    namespace: options.namespace ?? "default",
    background: new Background(),
    emit: createEmitter(options.on),
    tools: {
      port: new StorePort(options.store, clock),
      sealing: new Sealing(options.seal, options.sealing ?? "seal", clock),
      clock,
      mint: createMint(),
      ...limits,
      stopped: () => shared.stopped,
    },
    cleanUps: 0,
    closed: false,
    stopped: false,
  };
  return new Engine(shared, options, resolveSettings(options, options.store, limits));
}

/** What an engine and those derived from it by `with()` have in common. */
interface Shared {
  readonly options: OncekeyOptions;
  readonly namespace: string;
  readonly background: Background;
  readonly emit: (event: OncekeyEvent) => void;
  readonly tools: Tools;
  cleanUps: number;
  closed: boolean;
  stopped: boolean;
}

/** While a store is away every request gives up a claim; more clean-ups than this at once would only delay its return. */
const MAX_CLEAN_UPS = 1_000;

const noSteps: ReadonlyMap<string, Uint8Array> = new Map();

class Engine implements Oncekey {
  readonly #shared: Shared;
  readonly #options: OperationOptions;
  readonly #settings: Settings;

  constructor(shared: Shared, options: OperationOptions, settings: Settings) {
    this.#shared = shared;
    this.#options = options;
    this.#settings = settings;
  }

  with(options: OperationOptions): Oncekey {
    checkOperationOptions(options);
    const merged = { ...this.#options, ...options };
    return new Engine(this.#shared, merged, resolveSettings(merged, this.#shared.options.store, this.#shared.tools));
  }

  run<T>(operation: Operation, handler: Handler<T>, codec?: ResultCodec<T>): Promise<T> {
    return this.execute(operation, handler, codec).then(unwrap);
  }

  async execute<T>(
    operation: Operation,
    handler: Handler<T>,
    codec: ResultCodec<T> = jsonCodec(),
  ): Promise<Outcome<T>> {
    const { namespace, background, tools, closed } = this.#shared;
    if (closed) throw new OncekeyError("CLOSED", "this engine is closed and takes no new operations");
    const claim = toClaim(operation, this.#settings);
    const id = recordId(namespace, operation.scope, operation.key);
    const { quota, retentionMs, waitMs } = this.#settings;
    background.enter();
    try {
      let current: Stored | undefined;
      if (quota !== undefined) {
        const scope = operation.quotaScope ?? operation.scope;
        const admission = await askQuota(tools, quota, { namespace, scope, id, retentionMs });
        if (admission.result === "over-quota") return this.#overQuota(id, admission.retryAfterMs);
        if (admission.result === "unavailable") return await this.#refuseOrBypass(id, admission, handler);
        current = admission.current;
      }
      let claimed = await claimKey(tools, id, claim, current);
      if (waitMs > 0) claimed = await this.#wait(id, claim, claimed);
      if (claimed.result === "granted") return await this.#runHeld(id, claim, claimed.grant, handler, codec);
      if (claimed.result === "answered") {
        const outcome = answerWith(this.#shared, id, claimed.decision, codec);
        return outcome instanceof Promise ? await outcome : outcome;
      }
      return await this.#refuseOrBypass(id, claimed, handler);
    } finally {
      background.leave();
    }
  }

  idle({ timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {}): Promise<{ readonly unfinished: number }> {
    const { background, tools } = this.#shared;
    return background.idle(tools.clock, timeoutMs).then((unfinished) => ({ unfinished }));
  }

  async close(options?: { readonly timeoutMs?: number }): Promise<{ readonly unfinished: number }> {
    this.#shared.closed = true;
    const left = await this.idle(options);
    this.#shared.stopped = true;
    return left;
  }

  /** Where another attempt runs, waits for it to end and claims again. */
  async #wait(id: string, claim: Claim, first: Claimed): Promise<Claimed> {
    const { tools } = this.#shared;
    const endMs = tools.clock.nowMs() + this.#settings.waitMs;
    const backoff = new Backoff(10, 250);
    let claimed = first;
    while (isRunningElsewhere(claimed)) {
      const leftMs = endMs - tools.clock.nowMs();
      if (leftMs <= 0) break;
      await pause(tools.clock, Math.min(leftMs, backoff.nextMs()));
      const current: Stored | undefined | Fault = await tools.port.get(id, tools.claimTimeoutMs);
      // A fault while waiting changes nothing that we know: somebody was running.
      if (!(current instanceof Fault)) claimed = await claimKey(tools, id, claim, current);
    }
    return claimed;
  }

  async #runHeld<T>(
    id: string,
    claim: Claim,
    grant: Grant,
    handler: Handler<T>,
    codec: ResultCodec<T>,
  ): Promise<Outcome<T>> {
    const { tools, emit, background } = this.#shared;
    const attempt = grant.record.attempt;
    const hold = new Hold(tools, this.#settings, id, grant, (because) =>
      emit({ type: "lease-lost", id, attempt, because }),
    );
    const answer = (current: Stored) => answerWith(this.#shared, id, answerSuperseded(current, claim), codec);
    if (hold.lapsed) {
      // The grant was so slow to arrive that its lease is over. Nothing has run yet: make sure of it first.
      const renewed = await hold.renew(tools.clock.nowMs() + tools.claimTimeoutMs);
      if (renewed.next === "superseded") return answer(renewed.current);
      if (renewed.next !== "done") return this.#giveBack(hold, renewed);
    }
    const finished = grant.record.checkpoints === undefined ? noSteps : await this.#finishedSteps(hold);
    emit({ type: "started", id, attempt, takeOver: grant.takeOver });
    hold.startRenewing();
    const { maxRecordBytes } = this.#shared.options.store.capabilities;
    let committed: { value: T } | undefined;
    let steps: Steps | undefined;
    const settled = await callHandler(
      handler,
      new HeldAttempt(
        hold,
        async (store, answer) => {
          // Not inferred from the handler, whose own parameter this is; the codec meets what it would have returned.
          const value = answer as T;
          committed = { value };
          const record = completedRecord({ hold, codec, maxRecordBytes, tools, emit, settled: { ok: true, value } });
          await hold.commit(store, record instanceof Promise ? await record : record);
        },
        (name, step) => {
          steps ??= new Steps(finished, keeperOf(hold, tools));
          return steps.run(name, step);
        },
      ),
    );
    // Spelt out: V8 makes a new hidden class for each object that begins with a spread and goes on, at half of the price of
    // the whole operation.
    return await settleAttempt({
      hold,
      codec,
      maxRecordBytes,
      tools,
      emit,
      settled,
      committed,
      settings: this.#settings,
      background,
      answer,
    });
  }

  /** Ends an attempt that never began its handler: the key is released in the background. */
  #giveBack<T>(hold: Hold, renewed: Written): Outcome<T> {
    const cause =
      "cause" in renewed
        ? renewed.cause
        : new OncekeyError("LEASE_LOST", "the record vanished before the handler began");
    this.#shared.emit({ type: "store-unavailable", id: hold.id, cause });
    this.#letGo(hold);
    return { outcome: "store-unavailable", cause };
  }

  /** Frees a key in the background under which this attempt ran nothing; what earlier ones have finished stays. */
  #letGo(hold: Hold): void {
    const { background, tools } = this.#shared;
    const record = hold.resumable ?? { state: "released", attempt: hold.record.attempt };
    background.track(hold.settle("release", record, tools.clock.nowMs() + this.#freeForMs()));
  }

  /** Opened before the handler begins: one that began and met a step that does not open would leave the key to a second run of it. */
  async #finishedSteps(hold: Hold): Promise<ReadonlyMap<string, Uint8Array>> {
    const { sealing, claimTimeoutMs } = this.#shared.tools;
    try {
      return await finishedSteps(hold.id, hold.record.checkpoints ?? {}, sealing, claimTimeoutMs);
    } catch (cause) {
      this.#shared.emit({ type: "result-not-opened", id: hold.id, cause });
      this.#letGo(hold);
      throw cause;
    }
  }

  async #refuseOrBypass<T>(id: string, claimed: Unavailable, handler: Handler<T>): Promise<Outcome<T>> {
    const { cause, lost } = claimed;
    const { emit } = this.#shared;
    emit({ type: "store-unavailable", id, cause });
    if (lost !== undefined) this.#cleanUp(id, lost);
    if (this.#settings.onStoreUnavailable === "refuse") return { outcome: "store-unavailable", cause };
    emit({ type: "bypassed", id, cause });
    const settled = await callHandler(handler, unprotectedAttempt(id));
    return ownOutcome(settled, 1, false);
  }

  #cleanUp(id: string, lost: Claiming): void {
    const { tools, background, emit } = this.#shared;
    if (this.#shared.cleanUps >= MAX_CLEAN_UPS) {
      emit({
        type: "claim-cleaned-up",
        id,
        done: false,
        cause: new Error(`${MAX_CLEAN_UPS} clean-ups are under way already`),
      });
      return;
    }
    this.#shared.cleanUps += 1;
    const task = vacateKey(tools, id, lost, this.#freeForMs()).then((end) => {
      this.#shared.cleanUps -= 1;
      emit({ type: "claim-cleaned-up", id, ...end });
    });
    background.track(task);
  }

  /**
   * How long to go on freeing a key under which nothing has run. Under take-over it heals by itself after one lease;
   * where take-overs are forbidden it never would.
   */
  #freeForMs(): number {
    const { policy, retentionMs, leaseMs } = this.#settings;
    return policy.abandoned === "reject" ? retentionMs : leaseMs;
  }

  #overQuota<T>(id: string, retryAfterMs: number): Outcome<T> {
    this.#shared.emit({ type: "refused", id, because: "quota-exceeded" });
    return { outcome: "quota-exceeded", retryAfterMs };
  }
}

function isRunningElsewhere(claimed: Claimed): boolean {
  return (
    claimed.result === "answered" && claimed.decision.do === "refuse" && claimed.decision.because === "in-progress"
  );
}
