import type { StoreCapabilities } from "@oncekey/core";
import { attemptModel } from "../history/attempt-model.js";
import { checkHistory } from "../history/check-history.js";
import { formatVerdict } from "../history/format-verdict.js";
import type { Interval, Model } from "../history/model.js";
import { storeModel } from "../history/store-model.js";
import { historyOf, type RaceCounts, type RaceHistory } from "./history.js";

/** What a race between processes showed. */
export interface RaceReport {
  readonly keys: number;
  readonly counts: RaceCounts;
  /** Every way in which the histories contradict the contract; empty for a sound store. */
  readonly violations: readonly string[];
  /** Why the run proves nothing, where it does not: something that must happen never did. */
  readonly voids: readonly string[];
}

/** By what a race is judged. */
export interface RaceRules {
  readonly capabilities: Pick<StoreCapabilities, "resolutionMs" | "skewMarginMs">;
  readonly leaseMs: number;
  /** How many operations it must have had. */
  readonly operations: number;
}

/**
 * Judges a race: the calls of the store by the store contract, and what attempts made of them by the promise of a key. Both
 * histories must be linearizable.
 */
export function judge(history: RaceHistory, rules: RaceRules): RaceReport {
  const { leaseMs, capabilities } = rules;
  const { resolutionMs, skewMarginMs } = capabilities;
  const clock = { resolutionMs, skewMarginMs };
  const store = judgeEach("the store", storeModel(clock), history.store);
  const attempts = judgeEach("the attempts", attemptModel({ leaseMs, ...clock }), history.attempts);
  const keys = new Set(history.store.map(({ key }) => key)).size;
  const unsure = [...store.unsure, ...attempts.unsure];
  return reportOf(keys, history.counts, [...store.violations, ...attempts.violations], unsure, rules.operations);
}

/** A race that was not run. */
export function noRace(rules: RaceRules): RaceReport {
  return judge(historyOf([], { kills: 0, pauses: 0 }), rules);
}

/** Two races as one. */
export function together(one: RaceReport, other: RaceReport, { operations }: RaceRules): RaceReport {
  const violations = [...one.violations, ...other.violations];
  const unsure = [...one.voids, ...other.voids].filter((reason) => reason.startsWith(UNSURE));
  return reportOf(one.keys + other.keys, sum(one.counts, other.counts), violations, unsure, operations);
}

const UNSURE = "the search for an order";

function reportOf(
  keys: number,
  counts: RaceCounts,
  violations: readonly string[],
  unsure: readonly string[],
  operations: number,
): RaceReport {
  const needed = ["conflicts", "takeOvers", "lostReplies"] as const;
  const lacking = needed.filter((name) => counts[name] === 0).map((name) => `it had no ${name}`);
  const few = counts.operations < operations ? [`it had ${counts.operations} operations of ${operations}`] : [];
  return { keys, counts, violations, voids: [...lacking, ...few, ...unsure] };
}

/** Every key is judged, so that a report can show how common a fault is. */
function judgeEach<State, Operation extends Interval & { readonly key: string | number; readonly by: string }>(
  what: string,
  model: Model<State, Operation>,
  operations: readonly Operation[],
): { readonly violations: readonly string[]; readonly unsure: readonly string[] } {
  const byKey = new Map<string | number, Operation[]>();
  for (const operation of operations) {
    const same = byKey.get(operation.key);
    if (same === undefined) byKey.set(operation.key, [operation]);
    else same.push(operation);
  }
  const violations: string[] = [];
  const unsure: string[] = [];
  for (const [key, own] of byKey) {
    const verdict = checkHistory(model, own, { keyOf: () => key });
    if (verdict.verdict === "illegal") violations.push(`${what}: ${formatVerdict(model, verdict)}`);
    if (verdict.verdict === "unknown") unsure.push(`${UNSURE} of ${what} under ${key} ran out of its budget`);
  }
  // The shortest traces are the easiest to read.
  return { violations: violations.sort((one, other) => one.length - other.length), unsure };
}

function sum(one: RaceCounts, other: RaceCounts): RaceCounts {
  return {
    operations: one.operations + other.operations,
    unanswered: one.unanswered + other.unanswered,
    writes: one.writes + other.writes,
    conflicts: one.conflicts + other.conflicts,
    takeOvers: one.takeOvers + other.takeOvers,
    lostReplies: one.lostReplies + other.lostReplies,
    superseded: one.superseded + other.superseded,
    replays: one.replays + other.replays,
    kills: one.kills + other.kills,
    pauses: one.pauses + other.pauses,
  };
}
