import { registerBindingConformance } from "@oncekey/conformance";
import { MemoryStore } from "@oncekey/core";
import { describe, it } from "vitest";
import { isNewest, major, type Parsers, platforms } from "./platforms.js";
import { serveScripted } from "./scripted.js";

/** Who reads bodies is the platform's affair, not the major's. */
const variants: readonly Parsers[] = isNewest ? ["none", "of Nest"] : ["of Nest"];

for (const platform of platforms) {
  for (const parsers of variants) {
    registerBindingConformance(
      {
        name: `NestJS ${major} on ${platform}, parsers ${parsers}`,
        lacks: parsers === "none" ? {} : { "raw-bodies": "parsers have read the bodies that they know" },
        start: (app) => serveScripted(platform, app, new MemoryStore(), parsers),
      },
      { describe, it },
    );
  }
}
