import { Mismatch } from "../expect.js";
import type { CaseResult } from "../report.js";
import type { Outcome } from "./outcome.js";
import { failureText } from "./text-report.js";

/** The outcomes as JSON, for other programs; `fixtureError` says why there is none. */
export function jsonReport(outcomes: readonly Outcome[], exitCode: number, fixtureError?: string): string {
  return `${JSON.stringify({ exitCode, fixtureError, reports: outcomes.map(plain) }, null, 2)}\n`;
}

function plain({ subject, report, durationMs, fixtureError, races }: Outcome): object {
  const { kind, name, spec } = subject;
  const head = { kind, name, spec, durationMs: Math.round(durationMs) };
  if (report === undefined) return { ...head, fixtureError };
  const { passed, failed, known, skipped, levels, cases } = report;
  return { ...head, passed, failed, known, skipped, levels, ...(races && { races }), cases: cases.map(plainCase) };
}

function plainCase({ error, ...rest }: CaseResult): object {
  if (error === undefined) return rest;
  const { cause } = error;
  const mismatch = cause instanceof Mismatch ? { expected: cause.expected, actual: cause.actual } : {};
  return { ...rest, failure: { message: failureText({ ...rest, error }), ...mismatch } };
}
