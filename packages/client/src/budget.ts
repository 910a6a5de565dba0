/** Limits how much of the traffic to one origin may be retries; shared by the clients that are given it. */
export interface RetryBudget {
  /** Takes the cost of one retry, or says that there is not enough left. */
  withdraw(origin: string): boolean;
  /** A call succeeded; `retries` is how many of its retries were paid for. */
  deposit(origin: string, retries: number): void;
}

export interface RetryBudgetOptions {
  /** Tokens at the start, and the most there can be: 500. */
  readonly capacity?: number;
  /** Tokens that a retry costs: 5. */
  readonly retryCost?: number;
  /** Tokens that a call earns which succeeded at once: 1. A call that succeeded after retries gets back what they cost. */
  readonly successIncome?: number;
}

/**
 * A token bucket per origin: when nearly all calls fail, retries stop, and the load on the server stays what it was.
 *
 * A hundred retries are there to begin with; a server that recovers pays them back. The shape is that of the AWS SDKs.
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const { capacity = 500, retryCost = 5, successIncome = 1 } = options;
  positive("capacity", capacity);
  positive("retryCost", retryCost);
  positive("successIncome", successIncome);
  // Origins that lack nothing need no entry, so the map holds only those in trouble.
  const missing = new Map<string, number>();
  return {
    withdraw(origin) {
      const spent = (missing.get(origin) ?? 0) + retryCost;
      if (spent > capacity) return false;
      missing.set(origin, spent);
      return true;
    },
    deposit(origin, retries) {
      const spent = missing.get(origin);
      if (spent === undefined) return;
      const left = spent - Math.max(retries * retryCost, successIncome);
      if (left > 0) missing.set(origin, left);
      else missing.delete(origin);
    },
  };
}

function positive(name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) throw new TypeError(`${name}: ${value} is not a number above 0`);
}
