import type { ConformanceCase, KnownFailures, NamedFixture } from "./case.js";
import type { CaseResult } from "./report.js";

/** Options about cases that fail and may go on failing for now. */
export interface KnownFailureOptions {
  /**
   * Cases that fail and may go on failing for now: their ids, each with the reason; besides those of the fixture. An id
   * that no case has is a `TypeError`.
   */
  readonly knownFailures?: KnownFailures;
  /**
   * Whether a known failure that passes fails the run, so that it is taken off the list. Where not, the report says that
   * it passes. Default true.
   */
  readonly strict?: boolean;
}

/** The known failures of a fixture and of the options, by id; a `TypeError` names what is no entry. */
export function knownFailuresOf(
  cases: readonly Pick<ConformanceCase<NamedFixture>, "id">[],
  fixture: NamedFixture,
  options: KnownFailureOptions,
): ReadonlyMap<string, string> {
  const ids = new Set(cases.map(({ id }) => id));
  const known = new Map(Object.entries({ ...fixture.knownFailures, ...options.knownFailures }));
  for (const [id, reason] of known) {
    if (!ids.has(id)) throw new TypeError(`knownFailures: no case has the id ${JSON.stringify(id)}; take it out`);
    if (typeof reason !== "string" || reason === "") {
      throw new TypeError(`knownFailures: ${id} has no reason; say in a few words why it may fail for now`);
    }
  }
  return known;
}

/** What a failure counts as that was known. */
export function knownFailure(failed: CaseResult, reason: string): CaseResult {
  return { ...failed, status: "known", reason };
}

/** What a pass counts as that was not expected: a failure, or a remark. */
export function unexpectedPass(passed: CaseResult, reason: string, { strict = true }: KnownFailureOptions): CaseResult {
  const message = `${passed.id} passes now, but knownFailures still lists it (${reason}): take it out of the list`;
  if (strict) return { ...passed, status: "failed", error: new Error(message) };
  return { ...passed, notes: [...(passed.notes ?? []), message] };
}
