import { requireFunctions, requireKnown, requireOneOf, requireWholeNumber } from "../option-checks.js";
import { type PolicyRules, resolvePolicy } from "../policy.js";
import type { IdempotencyStore } from "../store.js";
import type { Quota } from "./quota.js";
import type { OncekeyOptions, OperationOptions } from "./types.js";

/** `OperationOptions` with every default filled in. */
export interface Settings {
  readonly policy: PolicyRules;
  readonly retentionMs: number;
  readonly leaseMs: number;
  readonly maxExecutionMs: number;
  readonly waitMs: number;
  readonly onStoreUnavailable: "refuse" | "bypass";
  readonly onCompletionFailure: "answer" | "unknown";
  readonly quota: Quota | undefined;
  /** How long a record outlives a renewal or a take-over at least. */
  readonly keepMs: number;
}

/** What holds for every operation of one engine. */
export interface EngineLimits {
  readonly claimTimeoutMs: number;
  readonly completionTimeoutMs: number;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** The shortest retention: longer than any copy of a claim may travel, so that no version outlives its record. */
const MIN_RETENTION_MS = MINUTE;
/** How much longer than its lease a record lives at least. */
const LEASE_MARGIN_MS = SECOND;

/** The names of `OperationOptions`. */
export const operationOptions: Readonly<Record<keyof OperationOptions, true>> = {
  policy: true,
  retentionMs: true,
  leaseMs: true,
  maxExecutionMs: true,
  waitMs: true,
  onStoreUnavailable: true,
  onCompletionFailure: true,
  quota: true,
};

/** The names of what else an engine over a store is made with. */
export const engineOptions: Readonly<Record<Exclude<keyof OncekeyOptions, keyof OperationOptions | "store">, true>> = {
  namespace: true,
  claimTimeoutMs: true,
  completionTimeoutMs: true,
  on: true,
  seal: true,
  sealing: true,
  clock: true,
};

/** Fills in and checks what an engine is made with. */
export function resolveLimits(options: OncekeyOptions): EngineLimits {
  requireKnown("createOncekey", options, { ...operationOptions, store: true, ...engineOptions });
  const { claimTimeoutMs = SECOND, completionTimeoutMs = 2 * SECOND, namespace = "default" } = options;
  requireStore(options.store);
  requireWholeNumber("claimTimeoutMs", claimTimeoutMs, 1);
  requireWholeNumber("completionTimeoutMs", completionTimeoutMs, 1);
  if (typeof namespace !== "string" || namespace === "") {
    throw new TypeError(`namespace: ${JSON.stringify(namespace)} is not a text of at least one character`);
  }
  requireFunctions(options, ["on"]);
  checkSealing(options);
  return { claimTimeoutMs, completionTimeoutMs };
}

/** Fills in and checks what operations are run with; contradictions are `TypeError`s that name both sides. */
export function resolveSettings(options: OperationOptions, store: IdempotencyStore, limits: EngineLimits): Settings {
  const { retentionMs = 24 * HOUR, leaseMs = MINUTE, waitMs = 0 } = options;
  requireWholeNumber("retentionMs", retentionMs, MIN_RETENTION_MS);
  const { maxExecutionMs = Math.min(10 * MINUTE, Math.floor(retentionMs / 2)) } = options;
  requireWholeNumber("leaseMs", leaseMs, Math.max(10, 3 * store.capabilities.resolutionMs));
  requireWholeNumber("maxExecutionMs", maxExecutionMs, 1);
  requireWholeNumber("waitMs", waitMs, 0);
  if (maxExecutionMs < leaseMs) {
    throw new TypeError(
      `maxExecutionMs: ${maxExecutionMs} is shorter than leaseMs (${leaseMs}); a lease that may not even be used up is a mistake`,
    );
  }
  if (retentionMs < 2 * maxExecutionMs) {
    throw new TypeError(
      `retentionMs: ${retentionMs} is less than twice maxExecutionMs (${maxExecutionMs}); lengthen the one or shorten the other`,
    );
  }
  if (retentionMs <= limits.claimTimeoutMs) {
    throw new TypeError(`retentionMs: ${retentionMs} is not longer than claimTimeoutMs (${limits.claimTimeoutMs})`);
  }
  const { quota } = options;
  if (quota !== undefined && typeof quota !== "function") {
    throw new TypeError(
      "quota: expected a function of { scope, id } that answers { admit: true } or { admit: false, retryAfterMs }",
    );
  }
  return {
    policy: resolvePolicy(options.policy ?? "retryable"),
    retentionMs,
    leaseMs,
    maxExecutionMs,
    waitMs,
    onStoreUnavailable: requireOneOf("onStoreUnavailable", options.onStoreUnavailable ?? "refuse", [
      "refuse",
      "bypass",
    ]),
    onCompletionFailure: requireOneOf("onCompletionFailure", options.onCompletionFailure ?? "answer", [
      "answer",
      "unknown",
    ]),
    quota,
    keepMs: Math.max(leaseMs + LEASE_MARGIN_MS + store.capabilities.skewMarginMs, maxExecutionMs),
  };
}

/** Checks the argument of `with()`. */
export function checkOperationOptions(options: OperationOptions): void {
  requireKnown("with", options, operationOptions);
}

function checkSealing({ seal, sealing }: OncekeyOptions): void {
  if (seal === undefined) {
    if (sealing === undefined) return;
    throw new TypeError("sealing: there is nothing to seal with; give seal too, such as aesGcm({ keys })");
  }
  if (typeof seal?.seal !== "function" || typeof seal.open !== "function") {
    throw new TypeError("seal: expected a Sealer with seal() and open(), such as aesGcm({ keys })");
  }
  requireOneOf("sealing", sealing ?? "seal", ["prepare", "seal", "require"]);
}

function requireStore(store: IdempotencyStore): void {
  const members = {
    get: "function",
    create: "function",
    replace: "function",
    remove: "function",
    capabilities: "object",
  };
  const missing = Object.entries(members).filter(([name, type]) => typeof Object(store)[name] !== type);
  if (missing.length === 0) return;
  throw new TypeError(`store: expected an IdempotencyStore; it lacks ${missing.map(([name]) => name).join(", ")}`);
}
