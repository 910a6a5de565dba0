/**
 * How an attempt ended, in words that do not depend on a transport.
 * - `success`: the operation did what was asked.
 * - `rejected`: it refused the request, and would refuse it again.
 * - `transient`: the refusal says nothing about the request (overload, missing authentication).
 * - `failed`: it answered with a failure of its own; effects are possible.
 * - `thrown`: it threw; effects are possible.
 * - `not-executed`: it says that nothing was done.
 */
export type OutcomeClass = "success" | "rejected" | "transient" | "failed" | "thrown" | "not-executed";

/** What becomes of an ended attempt: its result is stored for replay, or the key is released for another run. */
export type Disposition = "store" | "release";

/** Which outcomes are stored, and what a lapsed lease means. */
export interface PolicyRules {
  readonly settle: (outcome: OutcomeClass) => Disposition;
  readonly abandoned: "take-over" | "reject";
}

/** The policies that have a name. */
export type PolicyName = "retryable" | "at-most-once" | "success-only";

/** A preset, a function over outcome classes (a lapsed lease is then taken over), or the rules in full. */
export type Policy = PolicyName | PolicyRules["settle"] | PolicyRules;

/** Stores exactly the outcomes named. `not-executed` is never stored: there is nothing to replay. */
const storing = (...stored: readonly OutcomeClass[]): PolicyRules["settle"] => {
  const kept: ReadonlySet<OutcomeClass> = new Set(stored);
  return (outcome) => (kept.has(outcome) ? "store" : "release");
};

/**
 * The presets.
 * - `retryable` (default): whatever did not fail is final; failures may run again, and so may an attempt that was lost.
 * - `at-most-once`: an attempt that began is never followed by another unless it said that nothing was done.
 * - `success-only`: only success is final.
 */
export const policies: Readonly<Record<PolicyName, PolicyRules>> = {
  retryable: { settle: /* @__PURE__ */ storing("success", "rejected"), abandoned: "take-over" },
  "at-most-once": { settle: /* @__PURE__ */ storing("success", "rejected", "failed", "thrown"), abandoned: "reject" },
  "success-only": { settle: /* @__PURE__ */ storing("success"), abandoned: "take-over" },
};

/** Turns what a user may write into rules; a `TypeError` names what is not a policy. */
export function resolvePolicy(policy: Policy): PolicyRules {
  if (typeof policy === "function") return { settle: policy, abandoned: "take-over" };
  if (typeof policy === "string") {
    if (Object.hasOwn(policies, policy)) return policies[policy];
  } else if (typeof policy?.settle === "function" && /^(take-over|reject)$/.test(policy.abandoned)) {
    return policy;
  }
  throw new TypeError(
    `policy: ${JSON.stringify(policy)} is no policy; use ${Object.keys(policies)
      .map((name) => JSON.stringify(name))
      .join(
        ", ",
      )}, a function from outcome class to "store" or "release", or { settle, abandoned: "take-over" | "reject" }`,
  );
}
