import type { BrokenBinding } from "./broken-binding.js";
import { brokenKeys } from "./keys.js";
import { brokenOutcomes } from "./outcomes.js";
import { brokenRefusals } from "./refusals.js";
import { brokenReplays } from "./replays.js";
import { brokenRequests } from "./requests.js";

/**
 * Bindings with one planted bug each, and the cases that find it: they prove this suite, and others can prove theirs by
 * them. None is for use.
 */
export const brokenBindings: readonly BrokenBinding[] = Object.freeze([
  ...brokenKeys,
  ...brokenReplays,
  ...brokenRequests,
  ...brokenRefusals,
  ...brokenOutcomes,
]);
