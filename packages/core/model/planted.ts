/**
 * Faults planted on purpose: each breaks one rule, and the check must find out. The ids H1 to H12 are the holes that the
 * contract and a straightforward engine would have without the rule that is named with each.
 */
import type { KeyRecord } from "../src/record.js";
import { afterWriting, type Call, type Claiming } from "../src/steps.js";
import { type GivenUp, production, type Rules } from "./rules.js";
import { grantOf, type Message, type Slot } from "./state.js";
import { type Performed, perform, written } from "./store.js";
import type { Configuration, Property } from "./world.js";

export interface Planted {
  readonly id: string;
  readonly fault: string;
  readonly rule: string;
  /** The property that it breaks, and in how many steps at most. */
  readonly breaks: Property;
  readonly within: number;
  readonly config: Configuration;
}

const TWO = [0, 0];
const THREE = [0, 0, 0];

function plant(
  id: string,
  fault: string,
  rule: string,
  breaks: Property,
  within: number,
  config: Omit<Configuration, "name" | "about" | "ask">,
): Planted {
  return { id, fault, rule, breaks, within, config: { name: id, about: fault, ask: [breaks], ...config } };
}

/** The clean-up that first comes to mind: take away what the claim may have written. */
const removing = (claiming: Claiming): GivenUp => ({
  background: [{ is: "remove", expected: claiming.call.version, grant: grantOf(claiming), heard: undefined }],
});

/** A store that leaves the expiry as it was, whatever `keepMs` says. */
function keepsExpiry(slot: Slot | undefined, message: Message): Performed {
  const done = perform(slot, message);
  if (slot === undefined || done.slot === slot || done.slot === undefined) return done;
  return { ...done, slot: { ...done.slot, covered: false } };
}

/** A store whose `replace` lets some calls pass without comparing versions. */
function without(check: (slot: Slot, message: Message, call: Extract<Call, { readonly op: "replace" }>) => boolean) {
  return (slot: Slot | undefined, message: Message): Performed => {
    const { call } = message;
    if (slot !== undefined && call.op === "replace" && slot.version !== call.version && check(slot, message, call)) {
      return written(call.record, call.version, call.keepMs, message, slot);
    }
    return perform(slot, message);
  };
}

/** Takes an own completion that stands for an older write, and repeats its write over it. */
const overwriting: Rules["afterWriting"] = (writing, reply, minted, retentionMs, mint) => {
  const step = afterWriting(writing, reply, minted, retentionMs, mint);
  if (step.next !== "completed-before") return step;
  const { version, record } = writing.call;
  const call: Call = { op: "replace", expected: step.current.version, version, record, keepMs: undefined };
  return { next: "call", writing: { ...writing, call } };
};

const isRun = (record: KeyRecord): boolean => record.state === "in-progress";

export const holes: readonly Planted[] = [
  plant("H1", "an own renewal of unknown outcome counts as somebody else's write", "E1", "P9", 3, {
    workers: TWO,
    chances: { loss: 1, renew: 1 },
    rules: {
      afterWriting: (writing, reply, _minted, retentionMs, mint) =>
        production.afterWriting(writing, reply, [], retentionMs, mint),
    },
  }),
  plant(
    "H2",
    "a claim that is given up is cleaned up by removing what it wrote, if anything stands yet",
    "E3",
    "P8",
    3,
    {
      workers: TWO,
      chances: { late: 1 },
      abandoned: "reject",
      rules: { removes: true, giveUp: removing },
    },
  ),
  plant("H3", "the clean-up of a take-over removes the lifetime of a slow owner", "E3", "P2", 6, {
    workers: TWO,
    chances: { loss: 1, lapse: 1 },
    rules: {
      removes: true,
      giveUp: (claiming, mint) => {
        const { attempt } = claiming;
        const takesOver = attempt.do === "replace" && attempt.over === "abandoned";
        return takesOver ? removing(claiming) : production.giveUp(claiming, mint);
      },
    },
  }),
  plant("H4", "a version is used again after its clean-up was sent", "E2", "P1", 5, {
    workers: TWO,
    chances: { late: 2, loss: 1 },
    rules: {
      giveUp: (claiming, mint) => ({ ...production.giveUp(claiming, mint), again: claiming }),
    },
  }),
  plant("H5", "retention is not prolonged, and ends under a running attempt", "C1", "P1", 4, {
    workers: TWO,
    chances: { renew: 1, expire: 1 },
    rules: { perform: keepsExpiry },
  }),
  plant("H6", "a completion that finds nothing sends its own answer unstored", "E4", "P4", 7, {
    workers: TWO,
    chances: { lapse: 1, expire: 1 },
    rules: {
      afterWriting: (writing, reply, minted, retentionMs, mint) => {
        if (writing.purpose === "complete" && reply !== "no-reply" && !reply.written && reply.current === undefined) {
          return { next: "done", stored: undefined };
        }
        return afterWriting(writing, reply, minted, retentionMs, mint);
      },
    },
  }),
  plant("H7", "an answer is sent before it is stored", "E5", "P4", 6, {
    workers: TWO,
    chances: { late: 1, lapse: 1 },
    onCompletionFailure: "answer",
    countUnstored: true,
  }),
  plant("H8", "a superseded caller is sent whatever answer stands", "E6", "P5", 9, {
    workers: [0, 0, 1],
    chances: { lapse: 1, release: 1 },
    rules: {
      answerSuperseded: (current, claim) => {
        const { record } = current;
        if (record.state === "completed" && record.result instanceof Uint8Array) {
          return { do: "replay", result: record.result, attempt: record.attempt };
        }
        return production.answerSuperseded(current, claim);
      },
    },
  }),
  plant("H9", "a repeated release that meets a newer claim reads superseded", "E7", "P9", 5, {
    workers: TWO,
    chances: { loss: 1, release: 1 },
    rules: {
      afterWriting: (writing, reply, minted, retentionMs, mint) =>
        afterWriting({ ...writing, doubtful: false }, reply, minted, retentionMs, mint),
    },
  }),
  plant("H10", "the attempt is taken for a fence across lifetimes", "C3", "fence", 6, {
    workers: TWO,
    chances: { lapse: 1, expire: 1 },
    fence: true,
  }),
  plant("H11", "a caller's clock that runs ahead calls a live lease lapsed", "C4", "P1", 4, {
    workers: TWO,
    chances: { earlyLapse: 1 },
  }),
  plant("H11x", "a caller's clock that runs ahead calls a live record expired", "C4", "P1", 3, {
    workers: TWO,
    chances: { earlyExpiry: 1 },
  }),
  plant("H12", "a copy of a create lands after the lifetime that it began", "C2", "P1", 7, {
    workers: TWO,
    chances: { duplicate: 1, lapse: 1, expire: 1 },
    rules: { boundedDelay: false },
  }),
  plant("H13", "a transaction that committed late is called rolled back when a later one finds it", "E1", "P3", 7, {
    workers: TWO,
    transactional: true,
    chances: { late: 1 },
    rules: {
      afterCommit: (current, version, minted) => {
        const verdict = production.afterCommit(current, version, minted);
        if (verdict.verdict !== "completed-before") return verdict;
        return { verdict: "rolled-back", standing: verdict.current.version };
      },
    },
  }),
  plant("H14", "an owner writes over a completion of its own", "E1", "P3", 6, {
    workers: TWO,
    transactional: true,
    chances: { late: 1 },
    rules: { afterWriting: overwriting },
  }),
];

export const bugs: readonly Planted[] = [
  plant("B1", "a renewal keeps its version", "versions are fresh", "P1", 5, {
    workers: TWO,
    chances: { lapse: 1, renew: 1 },
    rules: {
      beginWriting: (purpose, standing, record, keepMs, mint) => {
        const writing = production.beginWriting(purpose, standing, record, keepMs, mint);
        return purpose === "renew" ? { ...writing, call: { ...writing.call, version: standing } } : writing;
      },
      perform: (slot, message) => {
        const { call } = message;
        if (
          slot !== undefined &&
          call.op === "replace" &&
          call.expected === call.version &&
          slot.version === call.version
        ) {
          return written(call.record, call.version, call.keepMs, message, slot);
        }
        return perform(slot, message);
      },
    },
  }),
  plant("B2", "a completion is written without comparing versions", "P3", "P3", 5, {
    workers: TWO,
    chances: { lapse: 1 },
    rules: { perform: without((_slot, { purpose }) => purpose === "complete") },
  }),
  plant("B3", "a completion adopts whatever version stands", "E1", "P3", 6, {
    workers: TWO,
    chances: { lapse: 1 },
    rules: {
      afterWriting: (writing, reply, minted, retentionMs, mint) => {
        const standing = reply !== "no-reply" && !reply.written ? reply.current?.version : undefined;
        const adopted = standing === undefined || writing.purpose !== "complete" ? minted : [...minted, standing];
        return afterWriting(writing, reply, adopted, retentionMs, mint);
      },
    },
  }),
  plant("B4", "a take-over compares the state, not the version", "versions", "P1", 6, {
    workers: THREE,
    chances: { lapse: 2 },
    rules: { perform: without((slot, { purpose }) => purpose === "claim" && isRun(slot.record)) },
  }),
];

export const planted: readonly Planted[] = [...holes, ...bugs];
