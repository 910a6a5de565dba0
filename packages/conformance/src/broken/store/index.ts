import { brokenAnswers } from "./answering.js";
import type { BrokenStore } from "./broken-store.js";
import { brokenCreates } from "./creating.js";
import { brokenEncodings } from "./encoding.js";
import { brokenTimes } from "./expiring.js";
import { brokenVersions } from "./versions.js";

/**
 * Stores with one planted bug each, and the cases that find it: they prove this suite, and others can prove theirs by
 * them. None is for use.
 */
export const brokenStores: readonly BrokenStore[] = Object.freeze([
  ...brokenCreates,
  ...brokenVersions,
  ...brokenTimes,
  ...brokenEncodings,
  ...brokenAnswers,
]);
