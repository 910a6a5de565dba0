// A new package is as good as its template: it builds, and has the shape that check:manifests wants.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkManifests } from "../checks/manifests.js";
import { run } from "../lib/command.js";
import { repositoryRoot } from "../lib/workspace.js";
import { type Kind, newPackage } from "./new-package.js";

// Inside the repository, where the build finds the packages that the template imports.
const parent = join(repositoryRoot, "node_modules/.cache/oncekey");
let root = "";

beforeEach(() => {
  mkdirSync(parent, { recursive: true });
  root = mkdtempSync(join(parent, "new-package-"));
  for (const file of ["LICENSE", "tsconfig.base.json", "tsup.base.ts"])
    cpSync(join(repositoryRoot, file), join(root, file));
  writeFileSync(join(root, "pnpm-workspace.yaml"), "packages: [packages/stores/*, packages/bindings/*]");
  mkdirSync(join(root, ".changeset"));
  symlinkSync(join(repositoryRoot, "tools/node_modules"), join(root, "node_modules"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe.each<Kind>(["store", "binding"])("new:%s", { timeout: 60_000 }, (kind) => {
  // Its types are those of the template, which is checked with the rest of tools/.
  it("makes a package that builds", async () => {
    const cwd = join(root, newPackage(kind, "blue-whale", root));
    expect(await run("tsup", ["--no-dts"], { cwd })).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(cwd, "dist"))).toEqual(expect.arrayContaining(["index.js", "index.cjs"]));
  });

  it("makes a package of the right shape, with its changeset, and nothing of the stand-in left", () => {
    const folder = join(root, newPackage(kind, "blue-whale", root));
    expect(checkManifests(root)).toEqual([{ subject: "@oncekey/blue-whale", problems: [] }]);
    expect(readFileSync(join(root, ".changeset/blue-whale-first.md"), "utf8")).toContain(
      '"@oncekey/blue-whale": minor',
    );
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files)
      expect(name + readFileSync(join(parentPath, name), "utf8")).not.toMatch(/acme/i);
  });
});

it("refuses a name that npm would refuse, and a package that exists", () => {
  expect(() => newPackage("store", "Blue Whale", root)).toThrow(/cannot be a package's name/);
  newPackage("store", "whale", root);
  expect(() => newPackage("store", "whale", root)).toThrow("packages/stores/whale exists already");
});
