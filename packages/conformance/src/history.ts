/** A linearizability checker, and the models of a store and of a key. Needs nothing of Node. */
export {
  type AttemptAct,
  type AttemptOperation,
  type AttemptState,
  attemptModel,
  type LeaseRules,
} from "./history/attempt-model.js";
export { type CheckOptions, checkHistory, type Dead, type Verdict } from "./history/check-history.js";
export type { Clock } from "./history/clock.js";
export { formatVerdict } from "./history/format-verdict.js";
export type { Interval, Model } from "./history/model.js";
export { type HistoryEntry, operationsOf, type RecordingOptions, recording } from "./history/recording.js";
export {
  type StandingAnswer,
  type StoreAnswer,
  type StoreCall,
  type StoreOperation,
  type StoreState,
  storeModel,
} from "./history/store-model.js";
