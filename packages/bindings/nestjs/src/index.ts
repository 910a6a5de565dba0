export type { HttpAttempt } from "@oncekey/http";
export { Attempt, attemptOf, Idempotent, type RouteOptions } from "./idempotent.js";
export {
  type AsyncIdempotencyOptions,
  IdempotencyModule,
  type IdempotencyOptions,
} from "./module.js";
export type { PlatformRequest } from "./platform.js";
