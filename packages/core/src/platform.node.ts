/* platform.ts, for Node and for runtimes that give themselves out for it (Bun, Deno). */
import { type Digest, nativeDigest } from "./fingerprint/digest.js";
import { JsonLayouts } from "./fingerprint/json-layouts.js";

export const platformDigest: Digest = /* @__PURE__ */ builtInDigest();

function builtInDigest(): Digest {
  return nativeDigest(process.getBuiltinModule("node:crypto"));
}

/** The layouts of the JSON texts that were read of late. */
export const layoutsOfLate: JsonLayouts | undefined = /* @__PURE__ */ new JsonLayouts();
