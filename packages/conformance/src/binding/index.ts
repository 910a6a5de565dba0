export type { Answer, AnswerBody } from "./answer.js";
export { streamOf } from "./answer-stream.js";
export type { BindingCase } from "./binding-case.js";
export { compressed } from "./compressed.js";
export { type FetchHandler, fetchApp, type Protect } from "./fetch-app.js";
export { type BindingFixture, type RunningBinding, remoteBinding } from "./fixture.js";
export { type ProtectFixtureOptions, protectFixture } from "./protect-fixture.js";
export {
  type BindingFeature,
  bindingFeatures,
  type HeaderLine,
  type Scenario,
  type ScenarioOptions,
  type ScriptedAnswer,
  type ScriptedBody,
  type ScriptedHandler,
  suiteHeaders,
} from "./scenario.js";
export { scenarios } from "./scenarios.js";
export { type ControlAnswer, ScriptedApp, type Visit, type VisitRequest } from "./scripted-app.js";
export { serveFetch } from "./serve-fetch.js";
export type { StoreFault } from "./store-tap.js";
export { bindingCases, checkBinding, registerBindingConformance } from "./suite.js";
