export * from "./binding/index.js";
export type { CaseContext, ConformanceCase, Level, NamedFixture, Need } from "./case.js";
export type { Runner, RunnerIt } from "./register.js";
export { type CaseResult, type ConformanceReport, formatReport } from "./report.js";
export { type RunOptions, runCase, type SuiteOptions } from "./run.js";
export type { FaultHooks, StoreFixture, StoreHandle } from "./store/fixture.js";
export { checkStore, registerStoreConformance, storeCases } from "./store/index.js";
