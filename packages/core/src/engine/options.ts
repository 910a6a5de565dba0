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
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The shortest retention: longer than any copy of a claim may travel, so that no version outlives its record. */
const MIN_RETENTION_MS = MINUTE;
/** How much longer than its lease a record lives at least. */
const LEASE_MARGIN_MS = SECOND;

const operationOptionNames = new Set<string>([
  "policy",
  "retentionMs",
  "leaseMs",
  "maxExecutionMs",
  "waitMs",
  "onStoreUnavailable",
  "onCompletionFailure",
  "quota",
] satisfies (keyof OperationOptions)[]);

const engineOptionNames = new Set<string>([
  ...operationOptionNames,
  "store",
  "namespace",
  "claimTimeoutMs",
  "completionTimeoutMs",
  "on",
  "seal",
  "sealing",
  "clock",
] satisfies (keyof OncekeyOptions | string)[]);

/** Fills in and checks what an engine is made with. */
export function resolveLimits(options: OncekeyOptions): EngineLimits {
  refuseUnknown("createOncekey", options, engineOptionNames);
  const { claimTimeoutMs = SECOND, completionTimeoutMs = 2 * SECOND, namespace = "default" } = options;
  requireStore(options.store);
  wholeNumber("claimTimeoutMs", claimTimeoutMs, 1);
  wholeNumber("completionTimeoutMs", completionTimeoutMs, 1);
  if (typeof namespace !== "string" || namespace === "") {
    throw new TypeError(`namespace: ${JSON.stringify(namespace)} is not a text of at least one character`);
  }
  if (options.on !== undefined && typeof options.on !== "function") throw new TypeError("on: expected a function");
  checkSealing(options);
  return { claimTimeoutMs, completionTimeoutMs };
}

/** Fills in and checks what operations are run with; contradictions are `TypeError`s that name both sides. */
export function resolveSettings(options: OperationOptions, store: IdempotencyStore, limits: EngineLimits): Settings {
  const { retentionMs = 24 * HOUR, leaseMs = MINUTE, waitMs = 0 } = options;
  wholeNumber("retentionMs", retentionMs, MIN_RETENTION_MS);
  const { maxExecutionMs = Math.min(10 * MINUTE, Math.floor(retentionMs / 2)) } = options;
  wholeNumber("leaseMs", leaseMs, Math.max(10, 3 * store.capabilities.resolutionMs));
  wholeNumber("maxExecutionMs", maxExecutionMs, 1);
  wholeNumber("waitMs", waitMs, 0);
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
    onStoreUnavailable: oneOf("onStoreUnavailable", options.onStoreUnavailable ?? "refuse", ["refuse", "bypass"]),
    onCompletionFailure: oneOf("onCompletionFailure", options.onCompletionFailure ?? "answer", ["answer", "unknown"]),
    quota,
    keepMs: Math.max(leaseMs + LEASE_MARGIN_MS + store.capabilities.skewMarginMs, maxExecutionMs),
  };
}

/** Checks the argument of `with()`. */
export function checkOperationOptions(options: OperationOptions): void {
  refuseUnknown("with", options, operationOptionNames);
}

function checkSealing({ seal, sealing }: OncekeyOptions): void {
  if (seal === undefined) {
    if (sealing === undefined) return;
    throw new TypeError("sealing: there is nothing to seal with; give seal too, such as aesGcm({ keys })");
  }
  if (typeof seal?.seal !== "function" || typeof seal.open !== "function") {
    throw new TypeError("seal: expected a Sealer with seal() and open(), such as aesGcm({ keys })");
  }
  oneOf("sealing", sealing ?? "seal", ["prepare", "seal", "require"]);
}

function refuseUnknown(where: string, options: object, known: ReadonlySet<string>): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${where}: expected an object of options`);
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new TypeError(`${where}: ${JSON.stringify(name)} is no option; there are ${[...known].join(", ")}`);
    }
  }
}

function requireStore(store: IdempotencyStore): void {
  const methods = ["get", "create", "replace", "remove"] as const;
  const missing = methods.filter((method) => typeof store?.[method] !== "function");
  if (missing.length > 0 || typeof store.capabilities !== "object") {
    throw new TypeError(
      `store: expected an IdempotencyStore; it lacks ${[...missing, ...(typeof store?.capabilities === "object" ? [] : ["capabilities"])].join(", ")}`,
    );
  }
}

function wholeNumber(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value < least) {
    throw new TypeError(`${name}: ${value} is too short; it has to be at least ${least} ms`);
  }
  if (!Number.isSafeInteger(value)) {
    throw new TypeError(`${name}: ${JSON.stringify(value) ?? String(value)} is not a whole number of milliseconds`);
  }
}

function oneOf<const Choice extends string>(name: string, value: Choice, choices: readonly Choice[]): Choice {
  if (choices.includes(value)) return value;
  throw new TypeError(
    `${name}: ${JSON.stringify(value)} is none of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
  );
}
