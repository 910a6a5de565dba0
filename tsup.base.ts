import { defineConfig, type Options } from "tsup";

/**
 * Says of what stands at the top of a module and only makes an object that it may be left out. Bundlers have to keep a call
 * that nobody says this of, so whoever imports one small function would get every encoder and pattern of the package.
 */
const pureAtTop: NonNullable<Options["plugins"]>[number] = {
  name: "pure-at-top",
  renderChunk: (code, { map = null }) => ({
    code: code.replace(/^(var|const) (\w+) = new /gm, "$1 $2 = /* @__PURE__ */ new "),
    map,
  }),
};

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
    // Workers and Deno know the modules of Node under their full names only.
    removeNodeProtocol: false,
    external: [/^node:/],
    plugins: [pureAtTop],
    ...options,
  });
