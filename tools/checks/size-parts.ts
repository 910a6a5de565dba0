// What each part of a protected endpoint weighs: how much smaller it would be without it.   tsx tools/checks/size-parts.ts
//
// The parts do not add up to the whole: what two of them say is stored once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import ts from "typescript";
import { bundle, gzippedBytes } from "../lib/bundle.js";
import { repositoryRoot } from "../lib/workspace.js";
import { ENDPOINT } from "./sizes.budgets.js";

const JSON_BODIES = "json-|canonical-json|member-order|packed-strips|exact-number";

/** Regular expressions for the modules, below `packages/`. */
const parts: Readonly<Record<string, string>> = {
  "the fingerprint in all": "core/src/fingerprint/",
  "· JSON bodies": `core/src/fingerprint/(${JSON_BODIES})`,
  "· · layouts of late": "core/src/fingerprint/(json-layouts?|json-pieces|packed-strips)\\.ts",
  "· multipart bodies": "core/src/fingerprint/multipart",
  "· bodies that are parsed already": "core/src/fingerprint/canonical-value",
  "· SHA-256 where the runtime has none that is synchronous": "core/src/fingerprint/(sha256|portable-digest)",
  "the engine in all": "core/src/(engine/|steps|decide)",
  "· checks of its options": "core/src/engine/options",
  "· `attempt.step`": "core/src/engine/stepping",
  "· sealing, without `aesGcm`": "core/src/engine/sealing",
  "· `run`": "core/src/engine/unwrap",
  "· quotas": "core/src/engine/quota",
  "problem details": "http/src/problem",
  "the key's header": "http/src/(key-header|structured-fields)",
  "kept headers": "http/src/kept-headers",
  "content codings": "http/src/content-coding",
  "verified content digests": "http/src/content-digest",
  "`MemoryStore`": "core/src/memory-store",
};

/** Leaves the modules out: what they export is there and does nothing. */
function without(modules: RegExp): Plugin {
  return {
    name: "without",
    setup({ onLoad }) {
      onLoad({ filter: modules }, ({ path }) => {
        const exported = readFileSync(path, "utf8").matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm);
        const contents = Array.from(exported, ([, name]) => `export const ${name} = globalThis.${name};`).join("\n");
        return { contents, loader: "js" };
      });
    },
  };
}

/** The same code with nothing to say: texts of two words and more are empty. */
function speechless(code: string): string {
  const source = ts.createSourceFile("bundle.js", code, ts.ScriptTarget.ES2022);
  let left = "";
  let at = 0;
  const visit = (node: ts.Node): void => {
    const text = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) ? node.getText(source) : "";
    if (!/[a-z,;:] [a-z]/.test(text)) {
      ts.forEachChild(node, visit);
      return;
    }
    left += `${code.slice(at, node.getStart(source))}""`;
    at = node.end;
  };
  visit(source);
  return left + code.slice(at);
}

/** The bytes of the endpoint on Node and elsewhere. */
async function endpoints(leave: readonly Plugin[] = [], say = (code: string) => code): Promise<readonly number[]> {
  const folder = join(repositoryRoot, "tools");
  const bundles = [["node"], []].map((runtime) =>
    bundle(ENDPOINT, { folder, conditions: ["@oncekey/source", ...runtime], plugins: leave }),
  );
  return (await Promise.all(bundles)).map((code) => gzippedBytes(Buffer.from(say(Buffer.from(code).toString()))));
}

function row(part: string, bytes: readonly number[]): void {
  console.log(`| ${[part, ...bytes].join(" | ")} |`);
}

const whole = await endpoints();
const saved = (rest: readonly number[]) => rest.map((bytes, index) => (whole[index] ?? 0) - bytes);
console.log("| | on Node | elsewhere |\n| --- | --: | --: |");
row("in all", whole);
for (const [part, modules] of Object.entries(parts)) {
  row(part, saved(await endpoints([without(new RegExp(`packages/${modules}`))])));
}
row("texts of errors and problems", saved(await endpoints([], speechless)));
