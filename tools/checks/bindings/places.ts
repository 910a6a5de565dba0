import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Installation, installTarballs } from "../../lib/install.js";
import { layCopies, layStandIn } from "../../lib/laid-sources.js";
import { tarballs } from "../../lib/tarballs.js";
import {
  catalog,
  publishedPackages,
  readManifest,
  repositoryRoot,
  type WorkspacePackage,
} from "../../lib/workspace.js";

const SHARED = ["core", "http", "conformance", "postgres", "redis"].map((name) => `@oncekey/${name}`);
const NEST = "packages/bindings/nestjs";
const OLDER_NESTS = ["10", "11"];
/** What the tests share with the sources, and is no part of the package's interface. */
const SHARED_SOURCES = ["packages/bindings/lambda/src/event.ts", "packages/bindings/lambda/src/types.ts"];

const bindings = publishedPackages().filter(({ folder }) => folder.startsWith("packages/bindings/"));

/** Tarballs and frameworks in a folder, and the bindings whose tests run there. */
export interface Place {
  readonly title: string;
  readonly bindings: readonly WorkspacePackage[];
  /** The frameworks, and what else the tests need, by name and range. */
  readonly others: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

const nest = bindings.filter(({ folder }) => folder === NEST);
const others = bindings.filter((each) => !nest.includes(each));

/** One place for each major of Nest, whose packages find each other by name, and one for all others. */
export const places: readonly Place[] = [
  { title: "all but NestJS", bindings: others, others: needsOf(...others.map(({ path }) => path)), env: {} },
  { title: "NestJS 12", bindings: nest, others: needsOf(join(repositoryRoot, NEST)), env: {} },
  ...OLDER_NESTS.map((major): Place => {
    const newest = Object.entries(needsOf(join(repositoryRoot, NEST)));
    // Express is the tests' own; the Fastify of an older major comes with it.
    const kept = Object.fromEntries(newest.filter(([name]) => !/^@nestjs\/|fastify/.test(name)));
    const older = needsOf(join(repositoryRoot, NEST, "majors", major));
    return { title: `NestJS ${major}`, bindings: nest, others: { ...kept, ...older }, env: { NEST_MAJOR: major } };
  }),
];

/** What the tests of packages need and npm has. */
function needsOf(...paths: readonly string[]): Record<string, string> {
  const ranges = paths.flatMap((path) =>
    Object.entries(readManifest(join(path, "package.json")).devDependencies ?? {}),
  );
  const ofNpm = ranges.filter(([, range]) => !range.startsWith("workspace:"));
  return Object.fromEntries(ofNpm.map(([name, range]) => [name, range === "catalog:" ? rangeOf(name) : range]));
}

function rangeOf(name: string): string {
  const range = catalog()[name];
  if (range === undefined) throw new Error(`pnpm-workspace.yaml has no ${name} in its catalog`);
  return range;
}

/** Installs what a place has, and lays the bindings' tests into it. */
export async function installPlace({ bindings, others }: Place): Promise<Installation> {
  const names = [...SHARED, ...bindings.map(({ manifest }) => manifest.name)];
  const tools = Object.fromEntries(["vitest", "ioredis", "@types/node"].map((name) => [name, rangeOf(name)]));
  const installation = await installTarballs(
    tarballs().filter(({ name }) => names.includes(name)),
    { ...others, ...tools },
  );
  for (const { folder, manifest } of bindings) {
    layCopies(installation.folder, [`${folder}/test`, ...SHARED_SOURCES.filter((path) => path.startsWith(folder))]);
    layStandIn(installation, folder, manifest.name, "ts");
    const typeTest = typeTestOf(folder);
    if (typeTest !== undefined) layCopies(installation.folder, [typeTest]);
  }
  return installation;
}

/** Where a binding's types are tested, the additions to its framework's own among them. */
export function typeTestOf(folder: string): string | undefined {
  const names = [`${folder.split("/").at(-1)}.test-d.ts`, "idempotency.test-d.ts", "idempotent.test-d.ts"];
  return names.map((name) => `${folder}/src/${name}`).find((path) => existsSync(join(repositoryRoot, path)));
}
