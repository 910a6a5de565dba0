/** What a state of the model consists of. States are immutable; a step makes a new one that shares what it leaves alone. */
import type { KeyRecord } from "../src/record.js";
import type { Call, Claiming, Vacating, Writing } from "../src/steps.js";
import type { Write } from "../src/store.js";

/** What may go wrong, or happen by chance; each configuration says how often. */
const chances = [
  "crash",
  "loss",
  "late",
  "lapse",
  "expire",
  "renew",
  "release",
  "duplicate",
  "earlyLapse",
  "earlyExpiry",
] as const;
export type Chance = (typeof chances)[number];
export type Budget = Readonly<Record<Chance, number>>;

/** How often each chance may still happen: three bits for each, in the order of their names. */
export type Purse = number;

export const purseOf = (budget: Partial<Budget>): Purse =>
  chances.reduce((purse, chance, i) => purse | (Math.min(budget[chance] ?? 0, 7) << (3 * i)), 0);

export const leftOf = (purse: Purse, chance: Chance): number => (purse >> SHIFT[chance]) & 7;

export const spendOne = (purse: Purse, chance: Chance): Purse => purse - (1 << SHIFT[chance]);

const SHIFT: Budget = {
  crash: 0,
  loss: 3,
  late: 6,
  lapse: 9,
  expire: 12,
  renew: 15,
  release: 18,
  duplicate: 21,
  earlyLapse: 24,
  earlyExpiry: 27,
};

/** Anything that a store is asked: the engine's calls, the read after a transaction, and `remove` for planted faults. */
export type StoreCall =
  | Call
  | { readonly op: "get" }
  | { readonly op: "remove"; readonly version: ""; readonly expected: string };

export type Purpose = "claim" | "renew" | "complete" | "commit" | "release" | "vacate" | "read" | "remove";

/** A call on its way, or one that may still arrive although nobody waits for it. */
export interface Message {
  readonly purpose: Purpose;
  readonly call: StoreCall;
  /** Names the run on whose behalf it was sent: the first version that its claim minted. */
  readonly grant: string;
}

/** What stands in the store, with what the properties need to know about it. */
export interface Slot {
  readonly version: string;
  readonly record: KeyRecord;
  /** The lease is over, by the store's clock. */
  readonly lapsed: boolean;
  /** Retention surely outlasts the lease. */
  readonly covered: boolean;
  /** The run that holds it. */
  readonly grant: string;
  /** The version of the `create` that began this lifetime. */
  readonly birth: string;
}

/** A reply on its way back. */
export interface Heard {
  /** A read is heard as a refusal that carries what stands. */
  readonly write: Write;
  /** The lifetime in which the store gave it. */
  readonly life: number;
  /** What this call was to achieve had already been achieved in that lifetime. */
  readonly settled: boolean;
}

/** An attempt that was granted. */
export interface Run {
  readonly minted: readonly string[];
  /** The version that it believes to stand. */
  readonly standing: string;
  readonly attempt: number;
  readonly grant: string;
  readonly life: number;
  /** Granted by a `create`, so not by a take-over or over a released record. */
  readonly first: boolean;
  /** Its lease runs, by the store's clock. */
  readonly leased: boolean;
  /** It has heard that another one took over, and renews no more. */
  readonly lost: boolean;
  /** 1 + the lifetime in which its completion or release took effect; 0: none did. */
  readonly settled: number;
}

/** `waiting`: the grant arrived lapsed and is renewed first; `before` and `after`: the effect. */
type Stage = "waiting" | "before" | "after";

export type Task =
  | { readonly is: "claim"; readonly claiming: Claiming; readonly leased: boolean; readonly heard: Heard | undefined }
  | {
      readonly is: "run";
      readonly run: Run;
      readonly stage: Stage;
      readonly renewal: Writing | undefined;
      readonly heard: Heard | undefined;
    }
  | {
      readonly is: "write";
      readonly run: Run;
      readonly writing: Writing;
      /** The completion is part of the transaction that has the effect. */
      readonly commits: boolean;
      readonly heard: Heard | undefined;
    }
  | {
      readonly is: "read";
      readonly run: Run;
      /** The completion that the transaction wrote. */
      readonly version: string;
      /** Its result. */
      readonly result: string;
      readonly heard: Heard | undefined;
    }
  | { readonly is: "vacate"; readonly vacating: Vacating; readonly grant: string; readonly heard: Heard | undefined }
  | { readonly is: "remove"; readonly expected: string; readonly grant: string; readonly heard: Heard | undefined };

/** What a worker does for the caller that waits: nothing yet, something, or it has answered. */
export type Front = "idle" | "done" | Task;

/** What a process goes on doing after its caller was answered. */
export interface Job {
  readonly owner: number;
  readonly task: Task;
}

/** What no process knows and only the properties ask about. */
export interface Ghost {
  /** How many lifetimes of the record have ended by expiry. */
  readonly life: number;
  /** The highest attempt granted in this lifetime. */
  readonly fence: number;
  /** Per lifetime, the result that callers were given; "" where none was. */
  readonly answers: readonly string[];
  /** Bit per lifetime: a run granted by a `create` had its effect. */
  readonly effects: number;
  /** Bit per lifetime: a transaction committed. */
  readonly commits: number;
  /** The attempt that the resource behind the handlers has seen last, and the lifetime that it came from. */
  readonly resource: { readonly attempt: number; readonly life: number } | undefined;
}

export interface State {
  readonly slot: Slot | undefined;
  readonly fronts: readonly Front[];
  readonly jobs: readonly Job[];
  readonly net: readonly Message[];
  readonly left: Purse;
  readonly ghost: Ghost;
  /** How many versions were minted on the way here; no part of the state's identity. */
  readonly minted: number;
}

/** The call that a task waits for, if it waits for one. */
export function callOf(task: Task): StoreCall | undefined {
  switch (task.is) {
    case "claim":
      return task.claiming.call;
    case "run":
      return task.renewal?.call;
    case "write":
      return task.writing.call;
    case "read":
      return READ;
    case "vacate":
      return task.vacating.call;
    case "remove":
      return { op: "remove", version: "", expected: task.expected };
  }
}
const READ: StoreCall = { op: "get" };

/** The call that a task waits for, as the network carries it. */
export function messageOf(task: Task, call: StoreCall): Message {
  switch (task.is) {
    case "claim":
      return { purpose: "claim", call, grant: grantOf(task.claiming) };
    case "run":
      return { purpose: "renew", call, grant: task.run.grant };
    case "write":
      return { purpose: task.commits ? "commit" : task.writing.purpose, call, grant: task.run.grant };
    case "read":
      return { purpose: "read", call, grant: task.run.grant };
    case "vacate":
      return { purpose: "vacate", call, grant: task.grant };
    case "remove":
      return { purpose: "remove", call, grant: task.grant };
  }
}

/** A claim, and the run that it becomes, is named by the first version that it minted. */
export function grantOf(claiming: Claiming): string {
  return claiming.minted[0] ?? "";
}

/** The versions that a task calls its own, where it holds the key or asks for it. */
export function ownVersions(task: Task): readonly string[] | undefined {
  if (task.is === "claim") return task.claiming.minted;
  return task.is === "run" || task.is === "write" || task.is === "read" ? task.run.minted : undefined;
}
