export {
  type IdempotencyMiddleware,
  type IdempotencyOptions,
  idempotency,
  type RouteOptions,
} from "./idempotency.js";
