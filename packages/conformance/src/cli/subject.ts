import type { BindingFixture } from "../binding/fixture.js";
import { bindingSuite } from "../binding/suite.js";
import type { NamedFixture, Suite } from "../case.js";
import { FixtureError } from "../fixture-error.js";
import { isObject } from "../flaw.js";
import type { ConformanceReport } from "../report.js";
import { type CaseName, type CheckOptions, runSuite } from "../run-suite.js";
import type { StoreFixture } from "../store/fixture.js";
import { storeSuite } from "../store/index.js";

const SPEC = "https://github.com/oncekey/oncekey/blob/main/spec";

/** Something to be checked, and by what. */
export interface Subject {
  readonly kind: "store" | "binding";
  readonly name: string;
  readonly cases: readonly CaseName[];
  /** Where each clause stands in words. */
  readonly spec: string;
  check(options: CheckOptions): Promise<ConformanceReport>;
}

/** A fixture of either kind, told by what it has; whether it is any use is judged when it is checked. */
export function subjectOf(fixture: unknown, where: string): Subject {
  if (isStoreFixture(fixture)) return storeSubject(fixture);
  if (isBindingFixture(fixture)) return bindingSubject(fixture);
  throw new FixtureError(
    `${where} is neither a StoreFixture { name, capabilities, open } nor a BindingFixture { name, start }`,
  );
}

export function bindingSubject(fixture: BindingFixture): Subject {
  return { ...of(bindingSuite, fixture), kind: "binding", spec: `${SPEC}/http-behaviour.md` };
}

function storeSubject(fixture: StoreFixture): Subject {
  return { ...of(storeSuite, fixture), kind: "store", spec: `${SPEC}/store-contract.md` };
}

function of<Fixture extends NamedFixture>(suite: Suite<Fixture>, fixture: Fixture) {
  const check = (options: CheckOptions) => runSuite(suite, fixture, options);
  return { name: String(fixture.name), cases: suite.cases, check };
}

function isStoreFixture(value: unknown): value is StoreFixture {
  return isObject(value) && ("open" in value || "capabilities" in value);
}

function isBindingFixture(value: unknown): value is BindingFixture {
  return isObject(value) && "start" in value;
}
