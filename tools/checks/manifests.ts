// Every published package has the shape of the template that the next one copies.   tsx tools/checks/manifests.ts
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { type Finding, report } from "../lib/report.js";
import {
  type Manifest,
  publishedPackages,
  readManifest,
  repositoryRoot,
  type WorkspacePackage,
} from "../lib/workspace.js";

const TEMPLATE = join(repositoryRoot, "tools/templates/store/package.json");
const SAME_EVERYWHERE = ["license", "type", "sideEffects", "engines", "main", "module", "types", "publishConfig"];
const FILES = ["README.md", "LICENSE", "tsconfig.json", "tsup.config.ts", "src/index.ts"];

export function checkManifests(root: string): Finding[] {
  const template = readManifest(TEMPLATE);
  const licence = readFileSync(join(root, "LICENSE"), "utf8");
  return publishedPackages(root).map((pack) => ({
    subject: pack.manifest.name,
    problems: [
      ...shapeProblems(pack, template),
      ...exportProblems(pack.manifest, template),
      ...dependencyProblems(pack.manifest),
      ...FILES.filter((file) => !existsSync(join(pack.path, file))).map((file) => `${pack.folder}/${file} is missing`),
      ...(sameText(join(pack.path, "LICENSE"), licence) ? [] : ["LICENSE differs from the repository's"]),
    ],
  }));
}

function shapeProblems({ folder, manifest }: WorkspacePackage, template: Manifest): string[] {
  const expected: Record<string, unknown> = {
    ...Object.fromEntries(SAME_EVERYWHERE.map((field) => [field, template[field]])),
    name: `@oncekey/${folder.split("/").at(-1)}`,
    repository: { ...Object(template["repository"]), directory: folder },
    homepage: `https://github.com/oncekey/oncekey/tree/main/${folder}#readme`,
  };
  const problems = Object.entries(expected)
    .filter(([field, value]) => !isDeepStrictEqual(manifest[field], value))
    .map(([field, value]) => `${field} should be ${JSON.stringify(value)}, is ${JSON.stringify(manifest[field])}`);
  for (const field of ["files", "keywords"] as const) {
    const common = list(template[field]).filter((entry) => entry !== "acme");
    const missing = common.filter((entry) => !list(manifest[field]).includes(entry));
    if (missing.length > 0) problems.push(`${field} lacks ${missing.join(", ")}`);
  }
  for (const [name, script] of Object.entries(Object(template["scripts"]))) {
    if (Object(manifest["scripts"])[name] !== script) problems.push(`the script ${name} should be "${script}"`);
  }
  if (typeof manifest["description"] !== "string") problems.push("it has no description");
  return problems;
}

/** A further entry point has the form of the first one: the source for us, types before code for everyone else. */
function exportProblems({ exports = {} }: Manifest, template: Manifest): string[] {
  const form = JSON.stringify(template.exports?.["."]);
  return Object.entries({ ...template.exports, ...exports }).flatMap(([path, entry]) => {
    const wanted = path === "./package.json" ? path : likeFirst(form, path, entry);
    if (path !== "./package.json" && isData(exports[path])) return [];
    return isDeepStrictEqual(exports[path], wanted) && inOrder(entry, wanted)
      ? []
      : [`exports["${path}"] should be ${JSON.stringify(wanted)}`];
  });
}

/** The form of the first entry point, for another: `./node` comes from `src/node.ts` or `src/node/index.ts`. */
function likeFirst(form: string, path: string, entry: unknown): unknown {
  const name = path.slice(2) || "index";
  const wanted = JSON.parse(form.replaceAll("index", name));
  const source = Object(entry)["@oncekey/source"];
  return source === `./src/${name}/index.ts` ? { ...wanted, "@oncekey/source": source } : wanted;
}

/** A file that is exported as it is, such as SQL or a JSON vector. */
function isData(entry: unknown): boolean {
  return typeof entry === "string" && /\.(json|sql|md)$/.test(entry);
}

/** Conditions are tried in the order in which they are written, so their order is part of their meaning. */
function inOrder(entry: unknown, wanted: unknown): boolean {
  return JSON.stringify(entry) === JSON.stringify(wanted);
}

function dependencyProblems(manifest: Manifest): string[] {
  const problems: string[] = [];
  for (const group of ["dependencies", "peerDependencies", "devDependencies"] as const) {
    for (const [name, range] of Object.entries(manifest[group] ?? {})) {
      if (name.startsWith("@oncekey/") && range !== "workspace:^") {
        problems.push(`${group}: ${name} should be "workspace:^", is "${range}"`);
      }
    }
  }
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!name.startsWith("@oncekey/"))
      problems.push(`${name} should be a peer: published packages bring no others along`);
  }
  for (const name of Object.keys(manifest.peerDependencies ?? {})) {
    if (manifest.devDependencies?.[name] === undefined)
      problems.push(`the peer ${name} is not a devDependency, so no test uses it`);
  }
  return problems;
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function sameText(path: string, text: string): boolean {
  return existsSync(path) && readFileSync(path, "utf8") === text;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) report(checkManifests(repositoryRoot));
