import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { mustRun } from "../lib/command.js";
import { publintProblems, typeProblems } from "./packages.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function packed(exports: object): Promise<Uint8Array<ArrayBuffer>> {
  const folder = mkdtempSync(join(tmpdir(), "oncekey-packed-"));
  folders.push(folder);
  const manifest = {
    name: "sample",
    version: "1.0.0",
    type: "module",
    license: "MIT",
    engines: { node: ">=20" },
    exports,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "index.js"), "export const one = 1;\n");
  writeFileSync(join(folder, "index.cjs"), "exports.one = 1;\n");
  for (const types of ["index.d.ts", "index.d.cts"])
    writeFileSync(join(folder, types), "export declare const one: number;\n");
  await mustRun("npm", ["pack", "--silent"], { cwd: folder });
  return Uint8Array.from(readFileSync(join(folder, "sample-1.0.0.tgz")));
}

const right = {
  import: { types: "./index.d.ts", default: "./index.js" },
  require: { types: "./index.d.cts", default: "./index.cjs" },
};

it("finds nothing where each format has its own types, before the code", async () => {
  const tarball = await packed({ ".": right, "./second": right });
  expect(await publintProblems(tarball)).toEqual([]);
  // A sample without "main" cannot be seen by Node 10 at all; our packages have it.
  expect((await typeProblems(tarball)).filter((problem) => !problem.includes("node10"))).toEqual([]);
});

it("finds types after the code, and types of the other format", async () => {
  const late = { import: { default: "./index.js", types: "./index.d.ts" }, require: right.require };
  expect(await publintProblems(await packed({ ".": late }))).toContainEqual(
    expect.stringContaining("types should be the first"),
  );
  const shared = { types: "./index.d.ts", import: "./index.js", require: "./index.cjs" };
  expect(await typeProblems(await packed({ ".": shared }))).toContainEqual(expect.stringContaining("FalseESM"));
});
