import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** The parts of a package.json that the checks look at. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface WorkspacePackage {
  /** Relative to the repository's root, with forward slashes, for example `packages/stores/postgres`. */
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Every package that pnpm-workspace.yaml names, in the order of that file. */
function workspacePackages(root: string = repositoryRoot): WorkspacePackage[] {
  const { packages }: { packages: string[] } = parse(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"));
  return packages
    .flatMap((pattern) => expand(root, pattern))
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => {
      const path = join(root, folder);
      return { folder, path, manifest: readManifest(join(path, "package.json")) };
    });
}

/** The versions of what several packages use, by name, as pnpm-workspace.yaml has them. */
export function catalog(root: string = repositoryRoot): Readonly<Record<string, string>> {
  return parse(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8")).catalog;
}

/** What goes to the registry. */
export function publishedPackages(root: string = repositoryRoot): WorkspacePackage[] {
  return workspacePackages(root).filter(({ manifest }) => manifest.private !== true);
}

function expand(root: string, pattern: string): string[] {
  if (!pattern.endsWith("/*")) return [pattern];
  const parent = pattern.slice(0, -2);
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}
