import { defineCases, type Suite } from "../case.js";
import { type Runner, registerSuite } from "../register.js";
import type { ConformanceReport } from "../report.js";
import { type CheckOptions, runSuite, type SuiteOptions } from "../run-suite.js";
import { bodyCases } from "./cases/body.js";
import { concurrencyCases } from "./cases/concurrency.js";
import { durabilityCases } from "./cases/durability.js";
import { eventCases } from "./cases/events.js";
import { httpCases } from "./cases/http.js";
import { keyCases } from "./cases/key.js";
import { mismatchCases } from "./cases/mismatch.js";
import { policyCases } from "./cases/policy.js";
import { problemCases } from "./cases/problem.js";
import { replayCases } from "./cases/replay.js";
import { scopeCases } from "./cases/scope.js";
import { shutdownCases } from "./cases/shutdown.js";
import type { BindingFixture } from "./fixture.js";
import { bindingFlaw, tryBinding } from "./usable.js";

/** The cases for bindings, one for each clause of `spec/http-behaviour.md`. */
export const bindingCases = defineCases<BindingFixture>([
  ...keyCases,
  ...replayCases,
  ...mismatchCases,
  ...concurrencyCases,
  ...policyCases,
  ...scopeCases,
  ...bodyCases,
  ...durabilityCases,
  ...shutdownCases,
  ...eventCases,
  ...problemCases,
  ...httpCases,
]);

/** The rules for servers, and what a fixture of one must be. */
export const bindingSuite: Suite<BindingFixture> = {
  title: "binding conformance",
  cases: bindingCases,
  flaw: bindingFlaw,
  tryOut: tryBinding,
};

/** Registers every case as a test of a runner: vitest, node:test, Jest or any other with `describe` and `it`. */
export function registerBindingConformance(fixture: BindingFixture, runner: Runner, options?: SuiteOptions): void {
  registerSuite(bindingSuite, fixture, runner, options);
}

/** Runs every case without a test runner, and reports each. Rejects with a `FixtureError` where the fixture is no use. */
export function checkBinding(fixture: BindingFixture, options?: CheckOptions): Promise<ConformanceReport> {
  return runSuite(bindingSuite, fixture, options);
}
