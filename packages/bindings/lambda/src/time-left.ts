import { type OperationOptions, requireWholeNumber } from "@oncekey/core";
import type { InvocationContext } from "./types.js";

/** The shortest lease: stores that count seconds need three of them. */
const LEAST_MS = 3_000;
/** No function runs longer than 15 minutes, whatever an emulator says. */
const MOST_MS = 15 * 60_000;
/** What is left of the function's time for its runtime to send the answer. */
const RESERVE_MS = 250;

type Lease = Pick<OperationOptions, "leaseMs" | "maxExecutionMs">;

/**
 * Derives something for the lease of each invocation, such as an engine with that lease. Most invocations begin with as much
 * time as the one before, to the second, so the last one derived is kept.
 */
export function forLease<Derived>(options: OperationOptions, derive: (lease: Lease) => Derived) {
  let lease: Lease = {};
  let derived = derive(lease);
  return (context: InvocationContext): Derived => {
    const wanted = leaseOf(options, context);
    // From which leaseMs follows, the options being what they are.
    if (wanted.maxExecutionMs !== lease.maxExecutionMs) derived = derive(wanted);
    lease = wanted;
    return derived;
  };
}

/**
 * The lease of this invocation: it ends one or two seconds after the function would be stopped and never before, so that the
 * retry of a function that timed out need not wait longer. Options that are shorter hold.
 */
function leaseOf(
  { leaseMs = Infinity, maxExecutionMs = Infinity, retentionMs = Infinity }: OperationOptions,
  context: InvocationContext,
): Lease {
  const leftMs = context.getRemainingTimeInMillis?.();
  if (leftMs === undefined) return {};
  const endMs = Math.max(LEAST_MS, (Math.ceil(Math.min(MOST_MS, leftMs) / 1_000) + 1) * 1_000);
  const longestMs = Math.min(endMs, maxExecutionMs, Math.floor(retentionMs / 2));
  return { leaseMs: Math.min(leaseMs, longestMs), maxExecutionMs: longestMs };
}

/** Default of the option `settleWithinMs`. */
export const SETTLE_WITHIN_MS = 5_000;

/** Waits until nothing is left to be stored, or the time is over. */
type Idle = (options: { readonly timeoutMs: number }) => Promise<unknown>;

/**
 * The invocations that run in this process. It is frozen after the answer of the last one, so that one waits for what is
 * still to be stored.
 */
export class Invocations {
  readonly #idle: Idle;
  readonly #settleWithinMs: number;
  #running = 0;

  constructor(idle: Idle, settleWithinMs: number) {
    this.#idle = idle;
    this.#settleWithinMs = requireWholeNumber("settleWithinMs", settleWithinMs, 0);
  }

  async run<Result>(context: InvocationContext, invocation: () => Promise<Result>): Promise<Result> {
    this.#running += 1;
    try {
      return await invocation();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) await this.#settle(context);
    }
  }

  #settle(context: InvocationContext): Promise<unknown> {
    const leftMs = context.getRemainingTimeInMillis?.() ?? Infinity;
    return this.#idle({ timeoutMs: Math.max(0, Math.min(this.#settleWithinMs, leftMs - RESERVE_MS)) });
  }
}
