import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

export interface BundleOptions {
  /** Where imports are looked up from. */
  readonly folder: string;
  /** Imports that stay imports: packages, with everything below them. Modules of Node always do. */
  readonly outside?: readonly string[];
  /** Conditions of `exports` besides `import`. */
  readonly conditions?: readonly string[];
  readonly plugins?: readonly Plugin[];
}

/** What a user's bundler makes of an entry module: minified, without what is not used. */
export async function bundle(code: string, options: BundleOptions): Promise<Uint8Array> {
  const { folder, outside = [], conditions = [], plugins = [] } = options;
  const {
    outputFiles: [made],
  } = await build({
    stdin: { contents: code, resolveDir: folder, loader: "js" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import", ...conditions],
    external: ["node:*"],
    plugins: [leaveOutside(outside), ...plugins],
    legalComments: "none",
    logLevel: "silent",
    write: false,
  });
  if (made === undefined) throw new Error("esbuild made nothing");
  return made.contents;
}

/** Keeps imports of packages, unless nothing of them is used: we go by the best that a package can be. */
function leaveOutside(names: readonly string[]): Plugin {
  const isOutside = (path: string) => names.some((name) => path === name || path.startsWith(`${name}/`));
  return {
    name: "leave-outside",
    setup({ onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path }) =>
        isOutside(path) ? { path, external: true, sideEffects: false } : undefined,
      );
    },
  };
}

/** What of it goes over a wire. */
export function gzippedBytes(code: Uint8Array): number {
  return gzipSync(code, { level: 9 }).byteLength;
}
