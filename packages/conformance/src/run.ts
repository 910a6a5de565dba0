import { type CaseContext, type ConformanceCase, type NamedFixture, skipReason } from "./case.js";
import { type CaseResult, type ConformanceReport, summarise } from "./report.js";

/** Options of every way to run a suite. */
export interface RunOptions {
  /** How long one case may take, in milliseconds. Default: the case's own limit, 10,000 or more. */
  readonly timeoutMs?: number;
}

/** Options of a run of all cases. */
export interface SuiteOptions extends RunOptions {
  /**
   * Cases that fail and may go on failing for now: their ids, each with the reason.
   *
   * Strict: once such a case passes, it is reported as a failure, so that the entry is taken out; an id that no case has
   * is a `TypeError`.
   */
  readonly knownFailures?: Readonly<Record<string, string>>;
}

// Taken before a test can put fake timers in their place.
const { setTimeout, clearTimeout } = globalThis;

/**
 * Runs one case. Throws where it fails, with the case's id in the message and the first error as `cause`.
 *
 * A case whose needs the fixture does not meet is not run; its status is then `"skipped"`.
 */
export async function runCase<Fixture extends NamedFixture>(
  conformanceCase: ConformanceCase<Fixture>,
  fixture: Fixture,
  options: RunOptions = {},
): Promise<CaseResult> {
  const { id, title, level } = conformanceCase;
  const reason = skipReason(conformanceCase, fixture);
  if (reason !== undefined) return { id, title, level, status: "skipped", reason };

  const caveat = conformanceCase.caveat?.(fixture);
  const notes = caveat === undefined ? [] : [caveat];
  const timeoutMs = timeoutOf(conformanceCase, fixture, options);
  const cleanups: (() => Promise<void> | void)[] = [];
  const aborter = new AbortController();
  const context: CaseContext<Fixture> = {
    fixture,
    signal: aborter.signal,
    defer: (cleanup) => void cleanups.push(cleanup),
    note: (text) => void notes.push(text),
  };
  const errors: unknown[] = [];
  await within(timeoutMs, "the case", () => conformanceCase.run(context)).catch((error) => void errors.push(error));
  aborter.abort();
  for (const cleanup of cleanups.reverse()) {
    await within(timeoutMs, "cleaning up", async () => cleanup()).catch((error) => void errors.push(error));
  }
  if (errors.length > 0) throw caseFailure(conformanceCase, errors);
  return { id, title, level, status: "passed", ...(notes.length > 0 && { notes }) };
}

/** Runs all cases, one after the other, and reports each. */
export async function runSuite<Fixture extends NamedFixture>(
  cases: readonly ConformanceCase<Fixture>[],
  fixture: Fixture,
  options: SuiteOptions = {},
): Promise<ConformanceReport> {
  const known = checkedKnownFailures(cases, options);
  const results: CaseResult[] = [];
  for (const each of cases) {
    const { id, title, level } = each;
    const reason = known.get(id);
    try {
      results.push(await (reason === undefined ? runCase : runKnownFailure(reason))(each, fixture, options));
    } catch (error) {
      results.push({ id, title, level, status: "failed", error: asError(error) });
    }
  }
  return summarise(fixture.name, results);
}

/** Runs a case that is known to fail: its failure is let pass as skipped, and its success is a failure. */
export function runKnownFailure(reason: string) {
  return async <Fixture extends NamedFixture>(
    conformanceCase: ConformanceCase<Fixture>,
    fixture: Fixture,
    options: RunOptions,
  ): Promise<CaseResult> => {
    const { id, title, level } = conformanceCase;
    let result: CaseResult;
    try {
      result = await runCase(conformanceCase, fixture, options);
    } catch (error) {
      return { id, title, level, status: "skipped", reason: `known failure: ${reason}`, error: asError(error) };
    }
    if (result.status === "skipped") return result;
    throw new Error(`${id} passes now, but knownFailures still lists it (${reason}): take it out of the list`);
  };
}

/** The known failures by id; a `TypeError` names an id that no case has. */
export function checkedKnownFailures<Fixture extends NamedFixture>(
  cases: readonly ConformanceCase<Fixture>[],
  { knownFailures = {} }: SuiteOptions,
): ReadonlyMap<string, string> {
  const ids = new Set(cases.map((each) => each.id));
  for (const id of Object.keys(knownFailures)) {
    if (!ids.has(id)) throw new TypeError(`knownFailures: no case has the id ${JSON.stringify(id)}; take it out`);
  }
  return new Map(Object.entries(knownFailures));
}

/** How long a case may take on a fixture. */
export function timeoutOf<Fixture extends NamedFixture>(
  conformanceCase: ConformanceCase<Fixture>,
  fixture: Fixture,
  { timeoutMs }: RunOptions,
): number {
  if (timeoutMs === undefined) return conformanceCase.timeoutMs?.(fixture) ?? 10_000;
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0) {
    throw new TypeError(`timeoutMs: ${timeoutMs} is not a number of milliseconds above 0`);
  }
  return timeoutMs;
}

async function within(timeoutMs: number, what: string, body: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([body(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function caseFailure({ id, title }: { id: string; title: string }, errors: readonly unknown[]): Error {
  const messages = errors.map((error) => asError(error).message);
  return new Error(`${id} ${title}\n${messages.join("\nand then: ")}`, { cause: errors[0] });
}

/** Whatever was thrown, as an error; one from another realm (Jest) is not an `instanceof` ours, but has a message. */
function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const has = typeof thrown === "object" && thrown !== null && "message" in thrown;
  return new Error(has ? String(thrown.message) : `something that is no error was thrown: ${String(thrown)}`, {
    cause: thrown,
  });
}
