import type { Judged } from "../courtesy/judged.js";

/**
 * What a case is about.
 * - `safety`: whether money or data is lost: something ran twice, an answer was lost or changed or went to somebody
 *   else, a key is stuck, an answer left before it was durable, a request hangs.
 * - `protocol`: how it is said: header syntax, status codes, problem documents, markers, methods, connections.
 */
export type Group = "safety" | "protocol";

/** A question that some cases of the suite answer together: a row of the comparison. */
export interface Question {
  readonly group: Group;
  /** In plain words, such that "yes" is good. */
  readonly asks: string;
  /** Why these cases belong to the group. */
  readonly because: string;
  readonly cases: readonly Entry[];
}

/** A case of the suite in the comparison. */
export interface Entry {
  readonly id: string;
  /** What it costs where the case fails, as a sentence. */
  readonly costs: string;
  readonly judged: Judged;
}

/** A case that is judged in substance unless it says otherwise. */
export function entry(id: string, costs: string, judged: Judged = "in substance"): Entry {
  return { id, costs, judged };
}
