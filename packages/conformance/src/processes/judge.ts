import type { Stored } from "@oncekey/core";
import { resultOf } from "./attempts.js";
import { noCounts, type RaceCounts, type RaceEvent, type RaceHistory } from "./history.js";

/** What a race between processes showed. */
export interface RaceReport {
  readonly keys: number;
  readonly counts: RaceCounts;
  /** Every way in which the histories contradict the contract; empty for a sound store. */
  readonly violations: readonly string[];
  /** Why the run proves nothing, where it does not: something that must happen never did. */
  readonly voids: readonly string[];
}

type WriteEvent = Extract<RaceEvent, { kind: "write" }>;

/**
 * Judges the histories of all processes together with what stands in the end under each key (`undefined`: nothing). A key
 * lives for the whole run, so it has one lifetime: one create, one line of versions, one result.
 */
export function judge(histories: readonly RaceHistory[], ends: readonly (Stored | undefined)[]): RaceReport {
  const byKey = group(histories);
  const violations = ends.flatMap((end, key) =>
    judgeKey(byKey.get(key) ?? [], end).map((what) => `key ${key}: ${what}`),
  );
  return reportOf(ends.length, sum(histories.map(({ counts }) => counts)), violations);
}

/** Two races as one. */
export function together(one: RaceReport, other: RaceReport): RaceReport {
  const violations = [...one.violations, ...other.violations];
  return reportOf(one.keys + other.keys, sum([one.counts, other.counts]), violations);
}

function reportOf(keys: number, counts: RaceCounts, violations: readonly string[]): RaceReport {
  const needed = ["conflicts", "takeOvers", "lostReplies"] as const;
  return {
    keys,
    counts,
    violations,
    voids: needed.filter((name) => counts[name] === 0).map((name) => `it had no ${name}`),
  };
}

function sum(all: readonly RaceCounts[]): RaceCounts {
  const total = noCounts();
  for (const counts of all) for (const name of namesOf(total)) total[name] += counts[name];
  return total;
}

function judgeKey(events: readonly RaceEvent[], end: Stored | undefined): string[] {
  const writes = events.filter((event) => event.kind === "write");
  return [
    ...judgeRefusals(writes),
    ...judgeLine(writes),
    ...judgeEnd(writes, end),
    ...judgeGrants(events),
    ...judgeAnswers(events, end),
  ];
}

/** A refusal names what stands, and that is neither what was expected nor the refused write itself. */
function judgeRefusals(writes: readonly WriteEvent[]): string[] {
  return writes.flatMap(({ outcome, expected, version, current }) => {
    if (outcome !== "refused") return [];
    if (current === undefined) return [`the refusal of ${version} names nothing, and the key never expired`];
    if (current === expected) return [`${version} is refused by ${current}, which is the version that it expected`];
    return current === version ? [`${version} is refused by itself`] : [];
  });
}

/** Each version has one successor at most, and a completed one has none. */
function judgeLine(writes: readonly WriteEvent[]): string[] {
  const sent = versionsOf(writes);
  const applied = appliedBy(writes);
  const violations: string[] = [];
  for (const [expected, next] of successorsOf(applied)) {
    const over = expected ?? "an empty key";
    const versions = next.map(({ version }) => version).join(" and ");
    if (next.length > 1) violations.push(`${versions} were all written over ${over}`);
    if (expected === undefined) continue;
    if (!sent.has(expected)) violations.push(`${versions} replaced ${over}, which nobody ever wrote`);
    if (applied.get(expected)?.state === "completed")
      violations.push(`${versions} replaced ${over}, which was completed`);
  }
  return violations;
}

/** What stands in the end is the last of the line. */
function judgeEnd(writes: readonly WriteEvent[], end: Stored | undefined): string[] {
  const applied = appliedBy(writes);
  if (end === undefined) return applied.size === 0 ? [] : ["a record that was written is gone"];
  const violations: string[] = [];
  if (!versionsOf(writes).has(end.version))
    violations.push(`${end.version} stands in the end, and nobody ever wrote it`);
  if (successorsOf(applied).has(end.version))
    violations.push(`${end.version} stands in the end, and had been replaced`);
  return violations;
}

function versionsOf(writes: readonly WriteEvent[]): ReadonlySet<string> {
  return new Set(writes.map(({ version }) => version));
}

function appliedBy(writes: readonly WriteEvent[]): ReadonlyMap<string, WriteEvent> {
  return new Map(writes.filter(({ outcome }) => outcome === "written").map((write) => [write.version, write]));
}

/** The writes that were applied, by the version that they replaced; `undefined` for creates. */
function successorsOf(applied: ReadonlyMap<string, WriteEvent>): ReadonlyMap<string | undefined, WriteEvent[]> {
  const successors = new Map<string | undefined, WriteEvent[]>();
  for (const write of applied.values()) {
    successors.set(write.expected, [...(successors.get(write.expected) ?? []), write]);
  }
  return successors;
}

/** No two grants carry the same number: that would be two winners. */
function judgeGrants(events: readonly RaceEvent[]): string[] {
  const grants = new Map<number, Set<string>>();
  for (const event of events) {
    if (event.kind === "run") grants.set(event.attempt, (grants.get(event.attempt) ?? new Set()).add(event.version));
  }
  return [...grants].flatMap(([attempt, versions]) =>
    versions.size > 1 ? [`attempt ${attempt} was granted ${versions.size} times: ${[...versions].join(", ")}`] : [],
  );
}

/** Every caller that was answered was given the same result, and it stands in the end. */
function judgeAnswers(events: readonly RaceEvent[], end: Stored | undefined): string[] {
  const answers = new Set(events.flatMap((event) => (event.kind === "answer" ? [event.result] : [])));
  if (answers.size === 0) return [];
  const [first] = answers;
  if (answers.size > 1) return [`${answers.size} different results were answered: ${[...answers].join("; ")}`];
  const last = end && resultOf(end.record);
  return last === first ? [] : [`${first} was answered, and in the end ${last ?? "no result"} stands`];
}

function group(histories: readonly RaceHistory[]): ReadonlyMap<number, readonly RaceEvent[]> {
  const byKey = new Map<number, RaceEvent[]>();
  for (const event of histories.flatMap(({ events }) => events)) {
    const events = byKey.get(event.key);
    if (events === undefined) byKey.set(event.key, [event]);
    else events.push(event);
  }
  return byKey;
}

function namesOf<Names extends object>(counts: Names): readonly (keyof Names & string)[] {
  return Object.keys(counts).filter((name): name is keyof Names & string => name in counts);
}
