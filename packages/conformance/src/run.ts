import { type CaseContext, type ConformanceCase, type NamedFixture, skipReason } from "./case.js";
import type { CaseResult } from "./report.js";

/** Options of every way to run a suite. */
export interface RunOptions {
  /** How long one case may take, in milliseconds. Default: the case's own limit, 10,000 or more. */
  readonly timeoutMs?: number;
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

/** Waits for `body`, but not longer than it may take. */
export async function within<Value>(timeoutMs: number, what: string, body: () => Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([body(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function caseFailure({ id, title }: { id: string; title: string }, errors: readonly unknown[]): Error {
  const messages = errors.map((error) => asError(error).message);
  return new Error(`${id} ${title}\n${messages.join("\nand then: ")}`, { cause: errors[0] });
}

/** Whatever was thrown, as an error; one from another realm (Jest) is not an `instanceof` ours, but has a message. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const has = typeof thrown === "object" && thrown !== null && "message" in thrown;
  return new Error(has ? String(thrown.message) : `something that is no error was thrown: ${String(thrown)}`, {
    cause: thrown,
  });
}
