export { type Captured, captureResponse, toResponse } from "./capture.js";
export { type AnswerReason, createGuard, type Guard, type Handled, type ReadRequest, type Run } from "./guard.js";
export type { CommittedResponse, HttpAttempt } from "./http-attempt.js";
export type { HeaderLines, Incoming, RequestBody } from "./incoming.js";
export { type KeyErrorCode, type KeySyntax, type ParsedKey, parseIdempotencyKey } from "./key-header.js";
export type {
  EngineChoice,
  FingerprintChoice,
  GuardOptions,
  ProtocolOptions,
  RouteOptions,
  Scope,
} from "./options.js";
export type { ProblemStatuses } from "./problem.js";
export { attemptOf, type FetchHandler, type ProtectedHandler, type ProtectOptions, protect } from "./protect.js";
export { classifyStatus, defaultProblemBase, type ProblemKind, type ProblemSlug, problems } from "./protocol.js";
export type { CapturedResponse, CompleteResponse, HeaderLine } from "./response.js";
export { incomingRequest } from "./web-request.js";
