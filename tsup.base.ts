import { defineConfig, type Options } from "tsup";

/** The one build of every published package: ESM + CJS + types for both, one file per entry point. */
export const library = (options: Options = {}) =>
  defineConfig({
    entry: ["src/index.ts"],
    format: ["esm", "cjs"],
    target: "node20",
    platform: "neutral",
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: false,
    treeshake: true,
    ...options,
  });
