import type { Claim, Refusal, Replay } from "../decide.js";
import { OncekeyError } from "../errors.js";
import type { InProgress, Stored } from "../record.js";
import {
  afterClaim,
  afterVacating,
  beginClaim,
  beginVacating,
  type Claiming,
  leaseEndMs,
  type Mint,
} from "../steps.js";
import type { Clock } from "./clock.js";
import { Backoff, pause } from "./pacing.js";
import type { Sealing } from "./sealing.js";
import { Fault, type StorePort } from "./store-port.js";

/** What the engine's parts share. */
export interface Tools {
  readonly port: StorePort;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly mint: Mint;
  readonly claimTimeoutMs: number;
  readonly completionTimeoutMs: number;
  /** True once `close()` has given up waiting: nothing is tried again after that. */
  stopped(): boolean;
}

/** The key is held, from here until `leaseEndMs` by the local clock. */
export interface Grant {
  readonly version: string;
  readonly record: InProgress;
  readonly minted: readonly string[];
  readonly leaseEndMs: number;
  /** True where an earlier attempt was lost: its effects may have happened. */
  readonly takeOver: boolean;
}

export type Claimed =
  | { readonly result: "granted"; readonly grant: Grant }
  | { readonly result: "answered"; readonly decision: Replay | Refusal }
  | Unavailable;

/** No answer in time. `lost` is the call that may still be applied, if one may. */
export interface Unavailable {
  readonly result: "unavailable";
  readonly cause: unknown;
  readonly lost: Claiming | undefined;
}

/** Claims a key: sends the call that the rules ask for until one is answered, all copies within the claim's time-out. */
export function claimKey(tools: Tools, id: string, claim: Claim, current: Stored | undefined): Promise<Claimed> {
  const sentAtMs = tools.clock.nowMs();
  const step = beginClaim(current, claim, tools.mint);
  if (step.next === "answer") return Promise.resolve({ result: "answered", decision: step.decision });
  if (step.next === "run") throw new TypeError("unreachable: nothing is granted before it was asked for");
  const quest: Quest = { tools, id, claim, endMs: sentAtMs + tools.claimTimeoutMs, doubtful: false };
  return ask(quest, step.claiming, sentAtMs);
}

/** A claim, from its first call to its end. */
interface Quest {
  readonly tools: Tools;
  readonly id: string;
  readonly claim: Claim;
  readonly endMs: number;
  /** The last call may have been applied, or still will be. */
  doubtful: boolean;
  cause?: unknown;
  backoff?: Backoff;
}

function ask(quest: Quest, claiming: Claiming, sentAtMs: number): Promise<Claimed> {
  const { tools, id, claim, endMs } = quest;
  return tools.port.send(id, claiming.call, endMs - sentAtMs, (reply) => {
    if (reply instanceof Fault) return askAgain(quest, claiming, reply);
    quest.doubtful = false;
    const step = afterClaim(claiming, reply, claim, tools.mint);
    if (step.next === "answer") return { result: "answered", decision: step.decision };
    if (step.next === "call") return askInTime(quest, step.claiming);
    const { stored, record, minted } = step;
    const takeOver = claiming.attempt.do === "replace" && claiming.attempt.over === "abandoned";
    const grant: Grant = {
      version: stored.version,
      record,
      minted,
      leaseEndMs: leaseEndMs(sentAtMs, stored),
      takeOver,
    };
    return { result: "granted", grant };
  });
}

function askInTime(quest: Quest, claiming: Claiming): Claimed | Promise<Claimed> {
  const nowMs = quest.tools.clock.nowMs();
  return nowMs < quest.endMs ? ask(quest, claiming, nowMs) : unavailable(quest, claiming);
}

async function askAgain(quest: Quest, claiming: Claiming, { cause, definite }: Fault): Promise<Claimed> {
  const { clock } = quest.tools;
  quest.cause = cause;
  if (definite) return unavailable(quest, claiming);
  quest.doubtful = true;
  quest.backoff ??= new Backoff(10, 200);
  await pause(clock, Math.min(quest.backoff.nextMs(), Math.max(0, quest.endMs - clock.nowMs())));
  return askInTime(quest, claiming);
}

function unavailable({ cause, doubtful }: Quest, claiming: Claiming): Unavailable {
  return { result: "unavailable", cause: cause ?? contended(), lost: doubtful ? claiming : undefined };
}

function contended(): OncekeyError {
  return new OncekeyError("STORE_UNAVAILABLE", "the key changed hands faster than it could be claimed");
}

/** Occupies what a given-up claim may have taken, so that nobody waits a lease for it; tries until `giveUpAfterMs`. */
export async function vacateKey(
  tools: Tools,
  id: string,
  lost: Claiming,
  giveUpAfterMs: number,
): Promise<{ readonly done: boolean; readonly cause?: unknown }> {
  const { port, clock, mint } = tools;
  const endMs = clock.nowMs() + giveUpAfterMs;
  const backoff = new Backoff(50, 5_000);
  let vacating = beginVacating(lost, mint);
  for (;;) {
    const reply = await port.send(id, vacating.call, tools.completionTimeoutMs, (reply) => reply);
    const step = afterVacating(vacating, reply instanceof Fault ? "no-reply" : reply, mint);
    if (step.next === "done") return { done: true };
    vacating = step.vacating;
    if (!(reply instanceof Fault)) continue;
    if (reply.definite || clock.nowMs() >= endMs || tools.stopped()) return { done: false, cause: reply.cause };
    await pause(clock, backoff.nextMs());
  }
}
