export { type IdempotencyOptions, idempotency, type RouteOptions } from "./idempotency.js";
