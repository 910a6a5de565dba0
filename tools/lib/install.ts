import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mustRun } from "./command.js";
import type { Tarball } from "./tarballs.js";
import { readManifest, repositoryRoot } from "./workspace.js";

/** A folder outside the workspace, with tarballs installed the way a user's npm does it. */
export interface Installation {
  readonly folder: string;
  write(path: string, content: string | object): void;
  remove(): void;
}

/**
 * Installs tarballs, their peers and, where a package's own tests use them, the peers' types.
 *
 * @param others further packages by name and range.
 */
export async function installTarballs(
  tarballs: readonly Tarball[],
  others: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), "oncekey-consumer-"));
  const installation = {
    folder,
    write(path: string, content: string | object) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content, null, 2));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  const own = Object.fromEntries(tarballs.map(({ name, path }) => [name, `file:${path}`]));
  const types = Object.assign({}, ...tarballs.map(typesOfPeers));
  installation.write("package.json", {
    name: "consumer",
    private: true,
    dependencies: { ...types, ...others, ...own },
  });
  try {
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
    await mustRun("npm", ["install", "--loglevel=error", ...flags], { cwd: folder, env: withoutNpmSettings() });
  } catch (error) {
    installation.remove();
    throw error;
  }
  return installation;
}

function typesOfPeers({ folder, peers }: Tarball): Record<string, string> {
  const { devDependencies = {} } = readManifest(join(repositoryRoot, folder, "package.json"));
  const types = peers.map((peer) => `@types/${peer.replace("@", "").replace("/", "__")}`);
  // npm knows no catalogs; there, any version of the types will do.
  return Object.fromEntries(
    types.flatMap((name) => {
      const range = devDependencies[name];
      return range === undefined ? [] : [[name, range.replace(/^catalog:.*/, "*")]];
    }),
  );
}

/** `npm test` hands its own settings down to everything it starts; a consumer's npm has none of them. */
function withoutNpmSettings(): Record<string, undefined> {
  const inherited = Object.keys(process.env).filter((name) =>
    /^npm_(package|lifecycle|command|config_local_prefix)/.test(name),
  );
  return Object.fromEntries(inherited.map((name) => [name, undefined]));
}
