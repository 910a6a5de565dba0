export { decodeRecord, encodeRecord, withEncodedRecord } from "./codec.js";
export {
  type Attempt as AttemptDecision,
  type Claim,
  type Decision,
  decide,
  type Refusal,
  type Replay,
} from "./decide.js";
export type { Clock } from "./engine/clock.js";
export { createOncekey } from "./engine/engine.js";
export type { ListenerFailed, OncekeyEvent } from "./engine/events.js";
export { engineOptions, operationOptions } from "./engine/options.js";
export type { Quota, QuotaAnswer, QuotaRequest } from "./engine/quota.js";
export { classifyPlain, jsonCodec, type ResultCodec, type Settled } from "./engine/result-codec.js";
export type { SealingStage } from "./engine/sealing.js";
export type {
  Attempt,
  Handler,
  Oncekey,
  OncekeyOptions,
  Operation,
  OperationOptions,
  Outcome,
} from "./engine/types.js";
export { isNotExecutedError, isOncekeyError, NotExecutedError, OncekeyError, type OncekeyErrorCode } from "./errors.js";
export {
  comparesBytes,
  type DigestedBody,
  type Fingerprint,
  type FingerprintKind,
  type FingerprintOptions,
  fingerprint,
  jsonBody,
  type ParsedBody,
  type RequestDescription,
  type Secret,
} from "./fingerprint/index.js";
export { MemoryStore, type MemoryStoreOptions } from "./memory-store.js";
export { requireFunctions, requireKnown, requireOneOf, requireWholeNumber } from "./option-checks.js";
export {
  type Disposition,
  type OutcomeClass,
  type Policy,
  type PolicyName,
  type PolicyRules,
  policies,
} from "./policy.js";
export {
  type Checkpoints,
  type Completed,
  type InProgress,
  isOmitted,
  type KeyRecord,
  type KeyState,
  type Omitted,
  type Released,
  type Stored,
  stateOf,
} from "./record.js";
export { deriveKey, recordId } from "./record-id.js";
export { aesGcm, type SealingKey } from "./seal/aes-gcm.js";
export type { Sealer } from "./seal/sealer.js";
export type {
  Durability,
  IdempotencyStore,
  ListableStore,
  Page,
  Removal,
  StoreCapabilities,
  SweepableStore,
  TransactionalStore,
  Write,
} from "./store.js";
