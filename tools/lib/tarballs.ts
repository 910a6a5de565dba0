import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./command.js";
import { publishedPackages, repositoryRoot } from "./workspace.js";

const FOLDER = join(repositoryRoot, "node_modules", ".cache", "oncekey", "tarballs");

/** A package as the registry would get it. */
export interface Tarball {
  readonly name: string;
  readonly path: string;
  /** Where its sources are, relative to the repository's root. */
  readonly folder: string;
  readonly peers: readonly string[];
}

/** Packs every published package. What consumers get is what the checks below look at, not the working copy. */
export async function packTarballs(): Promise<Tarball[]> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { path } of publishedPackages())
    await mustRun("pnpm", ["pack", "--pack-destination", FOLDER], { cwd: path });
  return tarballs();
}

/** What `packTarballs` made last. */
export function tarballs(): Tarball[] {
  const files = readdirSync(FOLDER);
  return publishedPackages().map(({ folder, manifest: { name, version, peerDependencies = {} } }) => {
    const file = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
    if (!files.includes(file)) throw new Error(`${name} was not packed: run pnpm pack:tarballs`);
    return { name, folder, path: join(FOLDER, file), peers: Object.keys(peerDependencies) };
  });
}
