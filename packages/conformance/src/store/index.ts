import { type ConformanceCase, defineCases, type Suite } from "../case.js";
import { type Runner, registerSuite } from "../register.js";
import type { ConformanceReport } from "../report.js";
import { type CheckOptions, runSuite, type SuiteOptions } from "../run-suite.js";
import { ageCases } from "./age.js";
import { capabilityCases } from "./capabilities.js";
import { createCases } from "./create.js";
import { expiryCases } from "./expiry.js";
import { faultCases } from "./faults.js";
import type { StoreFixture } from "./fixture.js";
import { getCases } from "./get.js";
import { idCases } from "./ids.js";
import { listCases } from "./list.js";
import { raceCases } from "./races.js";
import { recordCases } from "./records.js";
import { removeCases } from "./remove.js";
import { replaceCases } from "./replace.js";
import { sizeCases } from "./sizes.js";
import { sweepCases } from "./sweep.js";
import { transactionCases } from "./transactions.js";
import { storeFlaw, tryStore } from "./usable.js";
import { versionCases } from "./versions.js";

/** Every rule of the store contract, as a case; `spec/store-contract.md` has a clause for each. */
export const storeCases: readonly ConformanceCase<StoreFixture>[] = defineCases([
  ...createCases,
  ...getCases,
  ...replaceCases,
  ...removeCases,
  ...versionCases,
  ...expiryCases,
  ...ageCases,
  ...recordCases,
  ...sizeCases,
  ...idCases,
  ...raceCases,
  ...capabilityCases,
  ...sweepCases,
  ...listCases,
  ...transactionCases,
  ...faultCases,
]);

/** The store contract, and what a fixture of a store must be. */
export const storeSuite: Suite<StoreFixture> = {
  title: "the store contract",
  cases: storeCases,
  // A clock that is moved by hand is moved for all. Where calls do not race, cases would only wait for one another.
  sideBySide: ({ advance, capabilities }) => advance === undefined && capabilities.concurrent,
  flaw: storeFlaw,
  tryOut: tryStore,
};

/** Registers every case about stores as a test of the runner: vitest, node:test, Jest or another that has these two. */
export function registerStoreConformance(fixture: StoreFixture, runner: Runner, options?: SuiteOptions): void {
  registerSuite(storeSuite, fixture, runner, options);
}

/**
 * Runs every case about stores without a test runner, and reports each. Rejects with a `FixtureError` where the fixture
 * is no use.
 */
export function checkStore(fixture: StoreFixture, options?: CheckOptions): Promise<ConformanceReport> {
  return runSuite(storeSuite, fixture, options);
}
