/**
 * A rule of a specification as something that can be run. Cases are data: they may be listed, filtered, counted and run
 * by anybody, under any test runner or none.
 */
export interface ConformanceCase<Fixture extends NamedFixture> {
  /** The id of the clause that it checks, such as `CRE-01`. */
  readonly id: string;
  readonly level: Level;
  /** What holds, as a sentence without a full stop. */
  readonly title: string;
  /** What the fixture must offer; a need that is not met skips the case, visibly. */
  readonly needs?: readonly Need<Fixture>[];
  /** Says what a pass is worth on this fixture, where it is worth less than it seems; shown in the title. */
  readonly caveat?: (fixture: Fixture) => string | undefined;
  /**
   * Whether no other case may run beside it, because it acts on something that all of them share: it breaks the way to the
   * storage, or counts what it finds there. Default false.
   */
  readonly alone?: boolean;
  /** How long it may take on this fixture, in milliseconds. Default 10,000. */
  readonly timeoutMs?: (fixture: Fixture) => number;
  /** Throws where the rule does not hold. */
  readonly run: (context: CaseContext<Fixture>) => Promise<void>;
}

/** Whether breaking the rule breaks the promise of the whole (`must`), a part of it (`should`), or a convenience (`may`). */
export type Level = "must" | "should" | "may";

/** All that the frame knows of a fixture. */
export interface NamedFixture {
  /** Names it in reports. */
  readonly name: string;
  /** Cases that fail on it and may go on failing for now: their ids, each with the reason. See `SuiteOptions`. */
  readonly knownFailures?: KnownFailures;
}

/** Ids of cases, such as `SIZ-06`, each with the reason why it may fail for now. */
export type KnownFailures = Readonly<Record<string, string>>;

/** The cases of one specification, and what a fixture must be before any of them is worth running. */
export interface Suite<Fixture extends NamedFixture> {
  /** What is checked, such as `the store contract`. */
  readonly title: string;
  readonly cases: readonly ConformanceCase<Fixture>[];
  /** Whether cases may run beside each other on this fixture, but for those that must be alone. Absent: they may not. */
  readonly sideBySide?: (fixture: Fixture) => boolean;
  /** What is wrong with the fixture as it is written: the value, the rule, the mend. `undefined` where nothing is. */
  readonly flaw: (fixture: Fixture) => string | undefined;
  /** Uses the fixture once, and answers what is wrong with what it gives; its errors count as flaws too. */
  readonly tryOut: (fixture: Fixture, defer: CaseContext<Fixture>["defer"]) => Promise<string | undefined>;
}

/** Something that only some fixtures offer. */
export interface Need<Fixture> {
  /** Why the case cannot run on this fixture; `undefined` where it can. */
  readonly unmet: (fixture: Fixture) => string | undefined;
}

/** What a running case is given. */
export interface CaseContext<Fixture> {
  readonly fixture: Fixture;
  /** Aborts when the case has run out of time. */
  readonly signal: AbortSignal;
  /** Runs when the case has ended, however it ended; the last one first. */
  defer(cleanup: () => Promise<void> | void): void;
  /** Adds a remark to the report, such as how often a race was won. */
  note(text: string): void;
}

/** Checks that no two cases share an id, and returns them. */
export function defineCases<Fixture extends NamedFixture>(
  cases: readonly ConformanceCase<Fixture>[],
): readonly ConformanceCase<Fixture>[] {
  const seen = new Set<string>();
  for (const { id } of cases) {
    if (seen.has(id)) throw new TypeError(`conformance cases: ${id} is defined twice; give each rule its own id`);
    seen.add(id);
  }
  return Object.freeze([...cases]);
}

/** The first reason why a case cannot run on a fixture. */
export function skipReason<Fixture extends NamedFixture>(
  conformanceCase: ConformanceCase<Fixture>,
  fixture: Fixture,
): string | undefined {
  for (const need of conformanceCase.needs ?? []) {
    const reason = need.unmet(fixture);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
