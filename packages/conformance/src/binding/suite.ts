import { defineCases } from "../case.js";
import { type Runner, registerSuite } from "../register.js";
import type { ConformanceReport } from "../report.js";
import { runSuite, type SuiteOptions } from "../run.js";
import { bodyCases } from "./cases/body.js";
import { concurrencyCases } from "./cases/concurrency.js";
import { durabilityCases } from "./cases/durability.js";
import { httpCases } from "./cases/http.js";
import { keyCases } from "./cases/key.js";
import { mismatchCases } from "./cases/mismatch.js";
import { policyCases } from "./cases/policy.js";
import { problemCases } from "./cases/problem.js";
import { replayCases } from "./cases/replay.js";
import { scopeCases } from "./cases/scope.js";
import type { BindingFixture } from "./fixture.js";

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
  ...problemCases,
  ...httpCases,
]);

/** Registers every case as a test of a runner: vitest, node:test, Jest or any other with `describe` and `it`. */
export function registerBindingConformance(fixture: BindingFixture, runner: Runner, options?: SuiteOptions): void {
  registerSuite("binding conformance", bindingCases, fixture, runner, options);
}

/** Runs every case without a test runner, and reports each. */
export function checkBinding(fixture: BindingFixture, options?: SuiteOptions): Promise<ConformanceReport> {
  return runSuite(bindingCases, fixture, options);
}
