export {
  type HttpHandler,
  type Idempotency,
  type IdempotencyOptions,
  idempotency,
  type LambdaOptions,
  type RouteOptions,
} from "./idempotency.js";
export {
  type BatchHandler,
  type BatchOptions,
  type BatchResult,
  idempotentBatch,
  type QueueEvent,
  type QueueRecord,
} from "./idempotent-batch.js";
export { type EventHandler, type IdempotentHandler, idempotentHandler } from "./idempotent-handler.js";
export type { OperationChoice, OperationSettings } from "./operation.js";
export type { HttpEvent, HttpResult, Invocation, InvocationContext } from "./types.js";
