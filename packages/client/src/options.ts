import type { Jitter } from "./backoff.js";
import { createRetryBudget, type RetryBudget } from "./budget.js";
import { type Clock, systemClock } from "./clock.js";
import type { ClientEvent } from "./events.js";
import type { Journal } from "./journal/types.js";
import type { ProtocolAdapter } from "./protocols/adapter.js";
import { type ProtocolName, resolveProtocol } from "./protocols/index.js";
import { randomKey } from "./random-key.js";

/** When and how often to try again. */
export interface RetryPolicy {
  /** Attempts in all, the first included; waiting for a running attempt of ours costs none. */
  readonly maxAttempts: number;
  /** How long one attempt may take, its answer's body included. */
  readonly attemptTimeoutMs: number;
  /** How long the call may take in all. */
  readonly deadlineMs: number;
  readonly baseMs: number;
  readonly capMs: number;
  readonly jitter: Jitter;
  /** A server that asks for a longer wait than this is not waited for. */
  readonly retryAfterMaxMs: number;
}

/**
 * Supplies what a journal never holds, such as `Authorization`. Called before every attempt of a submitted or resumed
 * operation, each time with the headers of the journal. Where it fails, that attempt was not sent.
 */
export type Prepare = (request: {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly operationId: string;
  readonly key: string;
}) => void | Promise<void>;

/** Options of `createIdempotentFetch`; all have defaults, which stand in the package's README. */
export interface ClientOptions {
  /** What sends: the runtime's `fetch`. */
  readonly fetch?: typeof fetch;
  /** How the API speaks of keys, by name or as an adapter. */
  readonly protocol?: ProtocolName | ProtocolAdapter;
  /** Methods that carry a key, in place of the protocol's. */
  readonly methods?: readonly string[];
  readonly generateKey?: () => string;
  readonly retry?: Partial<RetryPolicy> | false;
  /** Shared between clients where they are given the same one; `false` for none. */
  readonly budget?: RetryBudget | false;
  /** Keeps operations over crashes and restarts. */
  readonly journal?: Journal;
  readonly prepare?: Prepare;
  /** The longest body that is kept for a retry, in bytes: of a stream, and of an answer. */
  readonly maxBufferedBytes?: number;
  /** Is told what happens; must not throw. */
  readonly on?: (event: ClientEvent) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** `ClientOptions` with every default filled in. */
export interface Settings {
  readonly fetch: typeof fetch;
  readonly protocol: ProtocolAdapter;
  readonly methods: ReadonlySet<string>;
  readonly generateKey: () => string;
  readonly retry: RetryPolicy;
  readonly budget: RetryBudget | undefined;
  readonly journal: Journal | undefined;
  readonly prepare: Prepare | undefined;
  readonly maxBufferedBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
}

const defaultRetry: RetryPolicy = {
  maxAttempts: 4,
  attemptTimeoutMs: 10_000,
  deadlineMs: 30_000,
  baseMs: 250,
  capMs: 8_000,
  jitter: "full",
  retryAfterMaxMs: 60_000,
};

const optionNames: ReadonlySet<string> = new Set([
  "fetch",
  "protocol",
  "methods",
  "generateKey",
  "retry",
  "budget",
  "journal",
  "prepare",
  "maxBufferedBytes",
  "on",
  "clock",
  "random",
] satisfies (keyof ClientOptions)[]);

/** Fills in and checks what a client is made with. */
export function resolveOptions(options: ClientOptions): Settings {
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) {
      throw new TypeError(
        `createIdempotentFetch: ${JSON.stringify(name)} is no option; there are ${[...optionNames].join(", ")}`,
      );
    }
  }
  for (const name of ["fetch", "generateKey", "prepare", "on", "random"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new TypeError(`${name}: expected a function`);
    }
  }
  const protocol = resolveProtocol(options.protocol ?? "ietf");
  const { maxBufferedBytes = 2 ** 20 } = options;
  atLeast("maxBufferedBytes", maxBufferedBytes, 0, "bytes");
  return {
    // Looked up at every call, so that what replaces the global one (tracing, tests) is used.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    protocol,
    methods: methodSet(options.methods ?? protocol.methods ?? ["POST", "PATCH"]),
    generateKey: options.generateKey ?? randomKey,
    retry: resolveRetry(defaultRetry, options.retry),
    budget: options.budget === false ? undefined : (options.budget ?? createRetryBudget()),
    journal: options.journal,
    prepare: options.prepare,
    maxBufferedBytes,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

/** Lays what one call wants over what the client does. */
export function resolveRetry(base: RetryPolicy, wanted: Partial<RetryPolicy> | false | undefined): RetryPolicy {
  if (wanted === undefined) return base;
  if (wanted === false) return { ...base, maxAttempts: 1 };
  const retry = { ...base, ...wanted };
  for (const [name, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(base, name)) {
      throw new TypeError(`retry: ${JSON.stringify(name)} is no option; there are ${Object.keys(base).join(", ")}`);
    }
    if (name === "jitter") {
      if (!["full", "equal", "none"].includes(String(value))) {
        throw new TypeError(`retry.jitter: ${JSON.stringify(value)} is none of "full", "equal", "none"`);
      }
    } else if (name === "maxAttempts") atLeast("retry.maxAttempts", value, 1, "attempts");
    else atLeast(`retry.${name}`, value, name === "baseMs" ? 0 : 1, "milliseconds");
  }
  return retry;
}

function methodSet(methods: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(methods) || methods.some((method) => typeof method !== "string" || method === "")) {
    throw new TypeError(`methods: ${JSON.stringify(methods)} is not a list of method names`);
  }
  return new Set(methods.map((method) => method.toUpperCase()));
}

function atLeast(name: string, value: unknown, least: number, unit: string): void {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
    throw new TypeError(
      `${name}: ${JSON.stringify(value) ?? String(value)} is not a whole number of at least ${least} ${unit}`,
    );
  }
}
