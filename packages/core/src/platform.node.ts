/* platform.ts, for Node and for runtimes that give themselves out for it (Bun, Deno). */
import { type Digest, nativeDigest } from "./fingerprint/digest.js";

export { canonicalJson } from "./fingerprint/canonical-json.js";
export { Netstrings } from "./fingerprint/netstrings.js";

export const platformDigest: Digest = /* @__PURE__ */ builtInDigest();

function builtInDigest(): Digest {
  return nativeDigest(process.getBuiltinModule("node:crypto"));
}
