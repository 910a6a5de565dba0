// Each rule is shown to hold: a small workspace that obeys all of them, and one planted import that breaks one.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { checkBoundaries } from "./boundaries.js";

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

const obedient: Record<string, string> = {
  "packages/core/src/index.ts": `import { one } from "./one.js";\nexport const two = one + 1;`,
  "packages/core/src/one.ts": "export const one = 1; // 409 in a comment is no protocol",
  "packages/core/src/one.test.ts": `import assert from "node:assert";\nimport { one } from "./one.js";\nassert(one);`,
  "packages/http/src/index.ts": `import { two } from "@oncekey/core";\nexport const conflict = 407 + two;`,
  "packages/http/src/node/index.ts": `import { createServer } from "node:http";\nexport default createServer;`,
  "packages/stores/mine/src/index.ts": `import { two } from "@oncekey/core";\nexport const store = two;`,
  "packages/bindings/koa/src/index.ts": `import { createServer } from "node:http";\nimport Koa from "koa";\nimport { conflict } from "@oncekey/http";\nexport default [createServer, Koa, conflict];`,
  "packages/conformance/src/index.ts": `import assert from "node:assert";\nimport { conflict } from "@oncekey/http";\nassert(conflict);`,
  "packages/conformance/src/binding/cases.ts": "export const conflict = 409;",
  "apps/demo/src/index.ts": `import koa from "@oncekey/koa";\nexport default koa;`,
};

function workspace(planted: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "oncekey-boundaries-"));
  roots.push(root);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries({ ...obedient, ...planted })) write(path, text);
  const install = (folder: string, name: string, peers = {}) => {
    write(
      `${folder}/package.json`,
      JSON.stringify({ name, exports: { "@oncekey/source": "./src/index.ts" }, peerDependencies: peers }),
    );
    mkdirSync(join(root, "node_modules/@oncekey"), { recursive: true });
    symlinkSync(join(root, folder), join(root, "node_modules", name));
  };
  install("packages/core", "@oncekey/core");
  install("packages/http", "@oncekey/http");
  install("packages/stores/mine", "@oncekey/mine");
  install("packages/bindings/koa", "@oncekey/koa", { koa: "*" });
  install("packages/conformance", "@oncekey/conformance");
  install("apps/demo", "@oncekey/demo");
  for (const name of ["koa", "left-pad"]) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: "index.js" }));
    write(`node_modules/${name}/index.js`, "module.exports = 1;");
  }
  return root;
}

async function brokenRules(planted?: Record<string, string>): Promise<string[]> {
  const findings = await checkBoundaries(workspace(planted));
  return findings.filter(({ problems }) => problems.length > 0).map(({ subject }) => subject);
}

it("finds nothing in a workspace that obeys", async () => {
  expect(await checkBoundaries(workspace())).toSatisfy((all: { problems: string[] }[]) =>
    all.every((f) => f.problems.length === 0),
  );
});

it.each([
  ["core-imports-nothing", "packages/core/src/bad.ts", `import "@oncekey/http";`],
  ["core-imports-nothing", "packages/core/src/bad.ts", `import { createHash } from "node:crypto";\ncreateHash("md5");`],
  [
    "core-imports-nothing",
    "packages/core/src/bad.ts",
    `import type { Hash } from "node:crypto";\nexport type H = Hash;`,
  ],
  ["core-imports-nothing", "packages/core/src/bad.ts", `export const pad = await import("left-pad");`],
  ["http-imports-core", "packages/http/src/bad.ts", `import "left-pad";`],
  ["http-imports-core", "packages/http/src/bad.ts", `import "node:http";`],
  ["http-runs-anywhere", "packages/http/src/bad.ts", `import "./node/index.js";`],
  ["hono-runs-anywhere", "packages/bindings/hono/src/bad.ts", `import "node:stream";`],
  ["hono-runs-anywhere", "packages/bindings/hono/src/bad.ts", `import "../../../http/src/node/index.js";`],
  ["http-node-imports-node", "packages/http/src/node/bad.ts", `import "left-pad";`],
  ["store-imports-core", "packages/stores/mine/src/bad.ts", `import "@oncekey/http";`],
  [
    "store-imports-core",
    "packages/stores/mine/src/bad.ts",
    `import type pad from "left-pad";\nexport type P = typeof pad;`,
  ],
  ["dynamodb-imports-core-and-commands", "packages/stores/dynamodb/src/bad.ts", `import "left-pad";`],
  ["dynamodb-imports-core-and-commands", "packages/stores/dynamodb/src/bad.ts", `import "node:crypto";`],
  ["binding-imports-http", "packages/bindings/koa/src/bad.ts", `import "@oncekey/mine";`],
  ["binding-imports-http", "packages/bindings/koa/src/bad.ts", `import "left-pad";`],
  ["conformance-imports-contract", "packages/conformance/src/bad.ts", `import "left-pad";`],
  ["nothing-imports-a-binding", "packages/http/src/bad.test.ts", `import "@oncekey/koa";`],
  ["nothing-imports-an-app", "packages/http/src/bad.test.ts", `import "@oncekey/demo";`],
  ["no-cycles", "packages/core/src/one.ts", `import "./index.js";\nexport const one = 1;`],
  ["everything-resolves", "packages/core/src/bad.test.ts", `import "./nowhere.js";`],
  ["protocol-words-stay-in-http", "packages/core/src/bad.ts", "export const status = 409;"],
  ["protocol-words-stay-in-http", "packages/bindings/koa/src/bad.ts", `export const name = "idempotency-key";`],
  [
    "protocol-words-stay-in-http",
    "packages/stores/mine/src/bad.ts",
    "export const say = (s: number) => `Retry-After: $" + "{s}`;",
  ],
])("%s: a planted violation in %s is found: %s", async (rule, path, text) => {
  expect(await brokenRules({ [path]: text })).toContain(rule);
});
