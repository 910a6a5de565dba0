import { mkdtempSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { checkSnippets } from "./docs.js";
import { examplesIn, type Snippet, snippetsIn } from "./snippets.js";

const fence = "```";
const block = (info: string, code: string) => `${fence}${info}\n${code}\n${fence}\n`;

describe("finding blocks", () => {
  it("takes TypeScript and JavaScript, and leaves shell and JSON alone", () => {
    const text = [
      block("ts", "a"),
      block("sh", "b"),
      block("json", "{}"),
      block("js", "c"),
      block("js", 'require("d")'),
    ].join("\n");
    expect(snippetsIn("x.md", text).snippets).toEqual([
      { where: "x.md:1", code: "a\n", extension: "ts", run: false },
      { where: "x.md:13", code: "c\n", extension: "mjs", run: false },
      { where: "x.md:17", code: 'require("d")\n', extension: "cjs", run: false },
    ]);
  });

  it("joins a block to the one that it continues", () => {
    const { snippets } = snippetsIn(
      "x.md",
      `${block("ts run until ready", "one();")}text\n${block("ts continues", "two();")}`,
    );
    expect(snippets).toEqual([
      { where: "x.md:1", code: "one();\ntwo();\n", extension: "ts", run: true, until: "ready" },
    ]);
  });

  it("takes the indentation of a list off", () => {
    expect(snippetsIn("x.md", "1. do\n   ```ts\n   if (a) {\n     b();\n   }\n   ```\n").snippets[0]?.code).toBe(
      "if (a) {\n  b();\n}\n",
    );
  });

  it("lets a block out only with a reason", () => {
    const text = [block("ts ignore: it is pseudo-code", "??"), block("ts ignore", "??"), block("ts norun", "??")].join(
      "",
    );
    const { snippets, problems } = snippetsIn("x.md", text);
    expect(snippets).toEqual([]);
    expect(problems).toEqual([expect.stringContaining('"ignore"'), expect.stringContaining('"norun"')]);
  });

  it("reads the examples of doc comments, at their lines", () => {
    const source = `const a = "${fence}ts";\n/**\n * Says a.\n *\n * @example\n * ${fence}ts\n * a();\n * ${fence}\n */\nexport {};\n`;
    expect(examplesIn("x.ts", source).snippets).toEqual([
      { where: "x.ts:6", code: "a();\n", extension: "ts", run: false },
    ]);
  });
});

describe("checking blocks", { timeout: 60_000 }, () => {
  const parent = mkdtempSync(fileURLToPath(new URL("../docs/.test-", import.meta.url)));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  const serves = 'setInterval(() => console.log("I am", "ready"), 50);';
  const cases: readonly [code: string, more: Partial<Snippet>, problem?: RegExp][] = [
    ["const a = 1;", {}],
    ["const a: string = String(2); // each block is a file of its own", {}],
    ["\nconst n: number = 'one';", {}, /^line 2 of the block: Type 'string'/],
    ['import "@oncekey/nowhere";', {}, /@oncekey\/nowhere/],
    ["const [first] = [1].slice(); const n: number = first;", {}, /undefined/],
    ["process.exitCode = 3;", {}],
    ["process.exitCode = 3;", { run: true }, /ended with 3/],
    [serves, { run: true, until: "I am ready" }],
    ["console.log('no');", { run: true, until: "ready" }, /after it had printed "ready"/],
    [
      'const { join } = require("node:path"); join(1);',
      { extension: "cjs" },
      /not assignable to parameter of type 'string'/,
    ],
  ];

  it("finds what does not compile, and what does not run where it says that it does", async () => {
    const snippets = cases.map(
      ([code, more]): Snippet => ({ where: code, code, extension: "ts", run: false, ...more }),
    );
    const findings = await checkSnippets(snippets, parent);
    const expected = cases.map(([subject, , problem]) => {
      return { subject, problems: problem === undefined ? [] : [expect.stringMatching(problem)] };
    });
    expect(findings).toEqual(expected);
  });
});
