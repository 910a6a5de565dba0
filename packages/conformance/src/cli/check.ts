import { resolve } from "node:path";
import { remoteBinding } from "../binding/fixture.js";
import { raceProcesses } from "../processes/race-processes.js";
import { asError } from "../run.js";
import type { CheckOptions } from "../run-suite.js";
import { gravest } from "./exit-codes.js";
import { jsonReport } from "./json-report.js";
import { readKnownFailures } from "./known-failures-file.js";
import { loadSubjects } from "./load.js";
import type { Surroundings } from "./main.js";
import type { CliOptions } from "./options.js";
import { type Outcome, outcomeCode, type Races } from "./outcome.js";
import { progressOn } from "./progress.js";
import { selection } from "./select.js";
import { bindingSubject, type Subject } from "./subject.js";
import { type Output, painter } from "./terminal.js";
import { textReport } from "./text-report.js";
import { UsageError } from "./usage.js";

/** What the command line wants to be checked. */
export async function subjectsOf({ fixture, url, lacks }: CliOptions, cwd: string): Promise<readonly Subject[]> {
  if (fixture !== undefined) return loadSubjects(fixture, cwd);
  return url === undefined ? [] : [bindingSubject(remoteBinding(url, url, lacks))];
}

/** Checks everything, one after the other, and reports. Answers the exit code. */
export async function checkAll(options: CliOptions, { out, err, cwd }: Surroundings): Promise<number> {
  const subjects = await subjectsOf(options, cwd);
  const cases = subjects.flatMap((subject) => subject.cases);
  const { knownFailures: file } = options;
  const settings: Settings = {
    options,
    only: selection(options, cases),
    known: file === undefined ? {} : readKnownFailures(file, cwd, cases),
    races: options.races ? racesOf(options, subjects, cwd) : undefined,
  };
  const outcomes: Outcome[] = [];
  for (const subject of subjects) {
    const outcome = await checkOne(subject, settings, err);
    outcomes.push(outcome);
    if (!options.json) out.write(`${outcomes.length > 1 ? "\n" : ""}${textReport(outcome, painter(out))}`);
  }
  const exitCode = gravest(outcomes.map(outcomeCode));
  if (options.json) out.write(jsonReport(outcomes, exitCode));
  return exitCode;
}

interface Settings extends Required<Pick<CheckOptions, "only">> {
  readonly options: CliOptions;
  readonly known: Readonly<Record<string, string>>;
  readonly races: (() => Promise<Races>) | undefined;
}

async function checkOne(subject: Subject, settings: Settings, err: Output): Promise<Outcome> {
  const { cases } = subject;
  const { options, only, known, races } = settings;
  const chosen = cases.filter(only);
  const progress = progressOn(err, chosen.length, options.json);
  const ofThis = Object.entries(known).filter(([id]) => cases.some((each) => each.id === id));
  const startMs = performance.now();
  try {
    const report = await subject.check({
      only,
      knownFailures: Object.fromEntries(ofThis),
      strict: options.strict,
      ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
      ...progress,
    });
    const durationMs = performance.now() - startMs;
    const raced = await races?.();
    return { subject, report, durationMs, ...(raced && { races: raced }) };
  } catch (error) {
    // What the suite refuses is a mistake in the fixture; anything else is one of the suite's own.
    if (!(error instanceof TypeError)) throw error;
    return { subject, fixtureError: error.message, durationMs: performance.now() - startMs };
  } finally {
    progress.end();
  }
}

function racesOf({ fixture = "" }: CliOptions, subjects: readonly Subject[], cwd: string): () => Promise<Races> {
  const [only, ...more] = subjects;
  if (only === undefined || more.length > 0 || only.kind !== "store") {
    throw new UsageError("--races: it needs a module that exports the fixture of one store, and nothing else");
  }
  return async () => {
    const lines: string[] = [];
    try {
      await raceProcesses({ fixture: resolve(cwd, fixture), print: (line) => void lines.push(line) });
      return { passed: lines.join("\n") };
    } catch (error) {
      return { failed: asError(error).message };
    }
  };
}
