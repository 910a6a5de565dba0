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

/** The names of those whose histories have no order: also a race between processes finds them. */
export const foundByHistories: ReadonlySet<string> = new Set([
  "looks-then-creates",
  "looks-then-replaces",
  "looks-then-removes",
  "reads-in-two-steps",
  "creates-over-anything",
  "removes-nothing",
  "completed-is-final",
  "creates-over-released",
  "replaces-any-version",
  "removes-any-version",
  "refuses-repeats",
  "writes-repeats-again",
  "adopts-refused-versions",
  "refuses-without-current",
  "replaces-where-nothing-stands",
  "lives-one-moment-longer",
  "expired-blocks-create",
  "replaces-expired",
  "create-counts-seconds",
  "reads-expired",
  "ages-by-the-caller",
  "renewal-keeps-age",
  "keep-lowers-expiry",
  "keep-is-ignored",
  "replace-restarts-expiry",
  "read-extends-life",
  "bytes-as-text",
  "reads-a-cache",
]);
