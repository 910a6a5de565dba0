import type { KeyRecord } from "@oncekey/core";

/** Something that happened to a key; `key` counts the keys of a run from 0. */
export type RaceEvent =
  /** A write was answered. The answer is known here even where the attempt was told that it is lost. */
  | {
      readonly kind: "write";
      readonly key: number;
      /** The version that it was to replace; absent for a create. */
      readonly expected?: string;
      readonly version: string;
      readonly state: KeyRecord["state"];
      readonly attempt: number;
      /** `unknown`: the store threw. */
      readonly outcome: "written" | "refused" | "unknown";
      /** What a refusal named as standing. */
      readonly current?: string;
    }
  /** An attempt was granted the key, by this version. */
  | { readonly kind: "run"; readonly key: number; readonly version: string; readonly attempt: number }
  /** A caller was given this result. */
  | { readonly kind: "answer"; readonly key: number; readonly result: string };

/** How often the things happened without which a race proves nothing, and some others. */
export interface RaceCounts {
  /** Writes that were answered. */
  readonly writes: number;
  /** Writes that were refused, because somebody else was faster. */
  readonly conflicts: number;
  /** Attempts that took a key over whose lease had lapsed. */
  readonly takeOvers: number;
  /** Writes that were applied, and whose reply was thrown away. */
  readonly lostReplies: number;
  /** Attempts that found that another one had taken over. */
  readonly superseded: number;
  /** Callers that were given a stored result. */
  readonly replays: number;
}

/** What one process did. */
export interface RaceHistory {
  readonly events: readonly RaceEvent[];
  readonly counts: RaceCounts;
}

/** Counts that start at nothing. */
export function noCounts(): { -readonly [Name in keyof RaceCounts]: number } {
  return { writes: 0, conflicts: 0, takeOvers: 0, lostReplies: 0, superseded: 0, replays: 0 };
}

/** The id of a key of a run: the same for every process. */
export function keyId(run: string, key: number): string {
  return `${run}${String(key).padStart(11, "0")}`.slice(-43);
}
