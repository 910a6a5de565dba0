/*
 * What this package does in one way on Node and in another elsewhere. `#platform` in package.json leads to this file, or to
 * platform.node.ts: so no bundle holds what its runtime has no use for.
 */
import { type Digest, nativeDigest } from "./fingerprint/digest.js";
import { portableDigest } from "./fingerprint/portable-digest.js";

export { canonicalJson } from "./fingerprint/json-by-value.js";
export { Netstrings } from "./fingerprint/netstrings-in-text.js";

/** The runtime's own hashes where it has them, synchronous as Node's, else {@link portableDigest}. */
export const platformDigest: Digest = /* @__PURE__ */ findDigest();

function findDigest(): Digest {
  // Asked for at run time, so that no bundler ever sees an import of a Node module.
  const crypto = typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:crypto");
  return crypto === undefined ? portableDigest : nativeDigest(crypto);
}
