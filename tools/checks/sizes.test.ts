import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { shake, weigh } from "./sizes.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder in which a package `sample` is installed. */
function installed(code: string, manifest: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "oncekey-sample-"));
  folders.push(folder);
  const target = join(folder, "node_modules", "sample");
  mkdirSync(target, { recursive: true });
  const exports = { ".": { import: "./index.js" } };
  writeFileSync(join(target, "package.json"), JSON.stringify({ name: "sample", exports, ...manifest }));
  writeFileSync(join(target, "index.js"), code);
  return folder;
}

const code = `import { there } from "peer"; export const one = () => there("once"); export const two = () => "twice";`;
const peers = { peerDependencies: { peer: "*" } };
const budget = { what: "one", code: `export { one } from "sample"`, own: "sample" };

it("weighs what is imported, without peers", async () => {
  const folder = installed(code, peers);
  expect((await weigh({ ...budget, most: 100 }, folder)).problems).toEqual([]);
  expect((await weigh({ ...budget, most: 50 }, folder)).problems).toEqual([expect.stringContaining("may have 50")]);
});

it("finds what stays of a package of which nothing is used", async () => {
  const busy = `globalThis.busy = 1; ${code}`;
  expect((await shake("sample", installed(busy, peers))).problems).toEqual([expect.stringContaining("sideEffects")]);
  expect((await shake("sample", installed(busy, { ...peers, sideEffects: false }))).problems).toEqual([]);
});
