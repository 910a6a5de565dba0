import { type Clock, slackOf } from "./clock.js";
import type { Interval, Model } from "./model.js";

/** What an attempt, or one that would like to be, did to a key, and what came of it; absent where that is not known. */
export type AttemptAct =
  /** Asked to run: was granted the key as attempt `granted`, was given the result that stands, or was told to wait. */
  | {
      readonly act: "claim";
      readonly came?: { readonly granted: number } | { readonly replayed: string } | "in-progress";
    }
  /** Wrote as the holder of the key: it was done, or another attempt had taken over. */
  | { readonly act: "renew" | "release"; readonly attempt: number; readonly came?: "done" | "superseded" }
  | {
      readonly act: "complete";
      readonly attempt: number;
      readonly result: string;
      readonly came?: "done" | "superseded";
    };

/** An act under a key, from when to when. It may have been several calls of the store. */
export type AttemptOperation = Interval & {
  readonly key: string | number;
  /** Whose act, for the trace. */
  readonly by: string;
} & AttemptAct;

/** Where a key stands: nobody's, held since some time, or answered for good. */
export type AttemptState =
  | { readonly is: "free"; readonly attempt: number }
  | { readonly is: "held"; readonly attempt: number; readonly sinceMs: readonly [min: number, max: number] }
  | { readonly is: "answered"; readonly attempt: number; readonly result: string };

/** Options of {@link attemptModel}. */
export interface LeaseRules extends Clock {
  /** Every lease of the history. */
  readonly leaseMs: number;
}

/**
 * What a key promises, as a model: one holder at a time, unless its lease has lapsed; attempts that count up by one; one
 * answer, which never changes. A former holder is superseded in all that it does.
 *
 * The history is that of keys whose records do not expire, under a policy that takes lapsed leases over.
 */
export function attemptModel(rules: LeaseRules): Model<AttemptState, AttemptOperation> {
  const { leaseMs, skewMarginMs } = rules;
  const slackMs = slackOf(rules);
  const mayHaveLapsed = (sinceMs: number, { endMs }: Interval) => endMs + slackMs >= sinceMs + leaseMs;
  const mayRun = (sinceMs: number, { startMs }: Interval) => startMs <= sinceMs + leaseMs + skewMarginMs + slackMs;

  const claim = (state: AttemptState, operation: Extract<AttemptOperation, { act: "claim" }>): AttemptState[] => {
    const { came } = operation;
    if (came === "in-progress") return state.is === "held" && mayRun(state.sinceMs[1], operation) ? [state] : [];
    if (came !== undefined && "replayed" in came) {
      return state.is === "answered" && state.result === came.replayed ? [state] : [];
    }
    const open = state.is === "free" || (state.is === "held" && mayHaveLapsed(state.sinceMs[0], operation));
    const attempt = state.attempt + 1;
    return open && (came === undefined || came.granted === attempt) ? [heldBy(attempt, operation)] : [];
  };

  return {
    initial: { is: "free", attempt: 0 },
    next: (current, operation) => {
      const state = seenBy(current, operation);
      if (operation.act === "claim") return claim(state, operation);
      const { attempt, came } = operation;
      if (state.attempt > attempt) return came === "done" ? [] : [state];
      if (state.is !== "held" || state.attempt < attempt || came === "superseded") return [];
      return [ended(operation)];
    },
    reads: ({ came }) =>
      came === "in-progress" || came === "superseded" || (typeof came === "object" && "replayed" in came),
    name: nameOf,
    describe: (operation) => `${describeAct(operation)} -> ${describeOutcome(operation.came)}`,
  };
}

/** What stands when the holder's write is done. */
function ended(operation: Exclude<AttemptOperation, { act: "claim" }>): AttemptState {
  const { attempt } = operation;
  if (operation.act === "complete") return { is: "answered", attempt, result: operation.result };
  return operation.act === "renew" ? heldBy(attempt, operation) : { is: "free", attempt };
}

function heldBy(attempt: number, { startMs, endMs }: Interval): AttemptState {
  return { is: "held", attempt, sinceMs: [startMs, endMs] };
}

/** The same, to one who is answered now: the lease began before, also where its holder was not answered. */
function seenBy(state: AttemptState, { endMs }: Interval): AttemptState {
  if (state.is !== "held" || state.sinceMs[1] <= endMs) return state;
  return { ...state, sinceMs: [state.sinceMs[0], endMs] };
}

function nameOf(state: AttemptState): string {
  if (state.is === "free") return `free after attempt ${state.attempt}`;
  if (state.is === "answered") return `answered by attempt ${state.attempt}: ${state.result}`;
  const [min, max] = state.sinceMs;
  return `held by attempt ${state.attempt} since ${min.toFixed(3)}..${max.toFixed(3)}`;
}

function describeAct(operation: AttemptOperation): string {
  if (operation.act === "claim") return "claim";
  const result = operation.act === "complete" ? ` with ${operation.result}` : "";
  return `${operation.act} as attempt ${operation.attempt}${result}`;
}

function describeOutcome(came: AttemptOperation["came"]): string {
  if (came === undefined) return "no answer";
  if (typeof came === "string") return came;
  return "granted" in came ? `granted as attempt ${came.granted}` : `replayed ${came.replayed}`;
}
