import type { AttemptOperation } from "../history/attempt-model.js";
import { type HistoryEntry, operationsOf } from "../history/recording.js";
import type { StoreOperation } from "../history/store-model.js";

/** What one caller's attempts and their likes are about to do, without what came of it. */
export type Intent =
  | { readonly act: "claim" }
  | { readonly act: "renew" | "release"; readonly attempt: number }
  | { readonly act: "complete"; readonly attempt: number; readonly result: string };

/** What came of it. */
export type Outcome = NonNullable<AttemptOperation["came"]>;

/** What a process writes down. `act` counts a caller's acts. */
export type RaceEntry =
  | HistoryEntry
  | {
      readonly at: "begin";
      readonly act: number;
      readonly by: string;
      readonly ms: number;
      readonly key: string;
      readonly does: Intent;
    }
  | { readonly at: "end"; readonly act: number; readonly by: string; readonly ms: number; readonly came: Outcome }
  /** Something that is only counted. */
  | { readonly at: "note"; readonly by: string; readonly what: "takeOvers" | "lostReplies" };

/** How often the things happened without which a race proves nothing, and some others. */
export interface RaceCounts {
  /** Calls of the store that were answered. */
  readonly operations: number;
  /** Calls that were not: the process was killed, or the store threw. */
  readonly unanswered: number;
  /** Writes that were answered. */
  readonly writes: number;
  /** Writes that were refused, because somebody else was faster. */
  readonly conflicts: number;
  /** Attempts that took a key over whose lease had lapsed. */
  readonly takeOvers: number;
  /** Writes that were applied, and whose reply was thrown away. */
  readonly lostReplies: number;
  /** Writes of attempts that found that another one had taken over. */
  readonly superseded: number;
  /** Callers that were given a stored result. */
  readonly replays: number;
  /** Processes that were killed. */
  readonly kills: number;
  /** Times that a process was stopped, for longer than a lease. */
  readonly pauses: number;
}

/** What all processes did, as two histories of the same keys: the calls of the store, and what attempts made of them. */
export interface RaceHistory {
  readonly store: readonly StoreOperation[];
  readonly attempts: readonly AttemptOperation[];
  readonly counts: RaceCounts;
}

/** Puts together what the processes wrote down, and what the parent did to them. */
export function historyOf(entries: readonly RaceEntry[], done: Pick<RaceCounts, "kills" | "pauses">): RaceHistory {
  const store = operationsOf(entries.filter((entry) => entry.at === "call" || entry.at === "answer"));
  const attempts = attemptsOf(entries);
  const writes = store.filter(({ answer }) => answer?.written !== undefined);
  const noted = (name: "takeOvers" | "lostReplies") =>
    entries.filter((entry) => entry.at === "note" && entry.what === name).length;
  const unanswered = store.filter(({ answer }) => answer === undefined).length;
  const counts: RaceCounts = {
    operations: store.length - unanswered,
    unanswered,
    writes: writes.length,
    conflicts: writes.filter(({ answer }) => answer?.written === false).length,
    takeOvers: noted("takeOvers"),
    lostReplies: noted("lostReplies"),
    superseded: attempts.filter(({ came }) => came === "superseded").length,
    replays: attempts.filter(({ came }) => typeof came === "object" && "replayed" in came).length,
    ...done,
  };
  return { store, attempts, counts };
}

function attemptsOf(entries: readonly RaceEntry[]): readonly AttemptOperation[] {
  const acts = new Map<string, AttemptOperation>();
  for (const entry of entries) {
    if (entry.at === "begin") {
      const { by, ms, key, does } = entry;
      acts.set(`${by} ${entry.act}`, { key, by, startMs: ms, endMs: Number.POSITIVE_INFINITY, ...does });
    } else if (entry.at === "end") {
      const name = `${entry.by} ${entry.act}`;
      const begun = acts.get(name);
      if (begun !== undefined) acts.set(name, ended(begun, entry.ms, entry.came));
    }
  }
  return [...acts.values()];
}

/** An act with its outcome, which must be one that such an act can have. */
function ended(begun: AttemptOperation, endMs: number, came: Outcome): AttemptOperation {
  const { key, by, startMs } = begun;
  if (begun.act === "claim") {
    if (came === "done" || came === "superseded") throw new TypeError(`a claim cannot be ${came}`);
    return { key, by, startMs, endMs, act: "claim", came };
  }
  if (came !== "done" && came !== "superseded") throw new TypeError(`${begun.act} cannot be ${JSON.stringify(came)}`);
  return { ...begun, endMs, came };
}

/** The id of a key of a run: the same for every process. */
export function keyId(run: string, key: number): string {
  return `${run}${String(key).padStart(11, "0")}`.slice(-43);
}
