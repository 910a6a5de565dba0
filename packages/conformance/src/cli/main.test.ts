import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { protectFixture, ScriptedApp } from "../index.js";
import { main } from "./main.js";
import type { Output } from "./terminal.js";

const cwd = fileURLToPath(new URL("../../test/cli/", import.meta.url));

interface Run {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], terminal: Partial<Output> = {}): Promise<Run> {
  const texts = { out: "", err: "" };
  const collect = (name: "out" | "err", text: string) => {
    texts[name] += text;
  };
  const stream = (name: "out" | "err"): Output => ({ ...terminal, write: (text) => collect(name, text) });
  const exitCode = await main(args, { out: stream("out"), err: stream("err"), cwd });
  return { exitCode, ...texts };
}

describe("a run", () => {
  it("passes with 0: the report on one stream, a line for each case on the other", async () => {
    const { exitCode, out, err } = await run(["memory.ts", "--only", "CRE-0*", "--only", "rac-01,TRX-01"]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^memory: store conformance, \d cases in \d+\.\d s\n {2}must +\d passed, 0 failed, 1 skipped\n/,
    );
    expect(out).toContain("Skipped\n  the store declares no transactions: TRX-01");
    expect(out).toContain("Remarks\n  not evidence: on this store, calls do not race for real: RAC-01");
    expect(out).not.toContain("CRE-01");
    expect(err).toMatch(/^ok {4}CRE-01 \(must\) /);
    expect(err).toMatch(/^skip {2}TRX-01 \(must\) .*\n$/m);
    expect(out + err).not.toContain("\u001b");
  });

  it("says of a failure the clause, the title, what had to be and what was; 1 for a must", async () => {
    const { exitCode, out } = await run(["list.ts", "--only", "RAC-01,KEY-01"]);
    expect(exitCode).toBe(1);
    expect(out).toContain(
      `Failed
  RAC-01 (must) of creates that race for one id exactly one is written, and the others name it
    how many of 16 racing creates are written
    expected: 1
    actual:   16
`,
    );
    expect(out).toMatch(/Each id is a clause of https:\S+store-contract\.md/);
    expect(out).toMatch(/^protect: binding conformance, 1 case in/m);
  });

  it("writes all of it as JSON, and nothing else", async () => {
    const { exitCode, out, err } = await run(["list.ts", "--only", "RAC-01,KEY-01", "--json"]);
    expect(err).toBe("");
    const report = JSON.parse(out);
    expect(report.exitCode).toBe(exitCode);
    expect(report.reports.map(({ kind, name, failed }: Record<string, unknown>) => [kind, name, failed])).toEqual([
      ["store", "memory", 0],
      ["store", "looks-then-creates", 1],
      ["binding", "protect", 0],
    ]);
    expect(report.reports[1].cases[0].failure).toMatchObject({ expected: "1", actual: "16" });
    expect(report.reports[1].levels.must).toEqual({ passed: 0, failed: 1, known: 0, skipped: 0 });
  });

  it("lets known failures fail, and is strict about those that pass", async () => {
    const args = ["list.ts", "--only", "RAC-01,KEY-01", "--known-failures", "known.json"];
    const strict = await run(args);
    // RAC-01 passes on the first store, and KEY-01 on the binding.
    expect(strict.exitCode).toBe(1);
    expect(strict.out).toContain("Known to fail\n  RAC-01 (must) of creates that race for one id");
    expect(strict.out).toContain("    KEY-01 passes now, but knownFailures still lists it (see ticket 8)");
    const lenient = await run([...args, "--no-strict"]);
    expect(lenient.exitCode).toBe(0);
    expect(lenient.out).toContain("  KEY-01 passes now, but knownFailures still lists it (see ticket 8)");
  });

  it("audits a server by its URL, and skips what it lacks", async () => {
    const app = new ScriptedApp();
    const server = await protectFixture("the server").start(app);
    try {
      const lacks = ["--lacks", "compression=its proxy does that", "--lacks", "store-faults"];
      const { exitCode, out } = await run(["--url", server.url, ...lacks, "--only", "HTP-08,KEY-01,DUR-07"]);
      expect(exitCode).toBe(0);
      expect(out).toContain("lacks compression: its proxy does that: HTP-08");
      expect(out).toContain("lacks store-faults: as --lacks says: DUR-07");
      expect(out).toMatch(/must +1 passed, 0 failed/);
    } finally {
      app.close();
      await server.close();
    }
  });
});

describe("in a terminal", () => {
  const terminal = { isTTY: true, columns: 40, hasColors: () => true };

  it("progress is one line, cut to the width and erased in the end", async () => {
    const { err } = await run(["list.ts", "--only", "RAC-01,RAC-02"], { ...terminal, hasColors: () => false });
    const lines = err.split("\r\u001b[2K");
    expect(lines[1]).toBe("1/2 RAC-01 of creates that race for on…");
    expect(lines).toContain("2/2 1 failed RAC-02 of replaces that r…");
    expect(err).not.toContain("\n");
    expect(err.endsWith("\r\u001b[2K")).toBe(true);
  });

  it("there are colours only where the terminal shows them", async () => {
    expect((await run(["memory.ts", "--only", "CRE-01"], terminal)).out).toContain("\u001b[32m");
    expect((await run(["memory.ts", "--only", "CRE-01"], { ...terminal, hasColors: () => false })).out).not.toContain(
      "\u001b",
    );
  });
});

describe("without a run", () => {
  it("lists the cases of both suites, or of a fixture", async () => {
    expect((await run(["--list", "--only", "*-01"])).out).toMatch(/^CRE-01 {2}must .*\n[\s\S]*^KEY-01 /m);
    expect((await run(["memory.ts", "--list"])).out).not.toMatch(/^KEY-01/m);
    const cases = JSON.parse((await run(["--list", "--level", "should", "--json"])).out);
    expect(cases[0]).toEqual({ id: "CRE-01", level: "must", title: expect.any(String) });
  });

  it("shows its help, its version and the routes of the scripted app", async () => {
    expect(await run(["--help"])).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^Usage: conformance/) });
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect((await run(["--version"])).out).toBe(`${version}\n`);
    expect(JSON.parse((await run(["--scenarios"])).out)).toContainEqual(expect.objectContaining({ name: "created" }));
  });
});

describe("a wrong command ends with 3, and says what is wrong", () => {
  it.each<[string[], RegExp]>([
    [[], /There is nothing to check/],
    [["memory.ts", "list.ts"], /list\.ts: one fixture is checked at a time/],
    [["memory.ts", "--url", "http://127.0.0.1:8080"], /name either a fixture or a server/],
    [["--url", "127.0.0.1:8080"], /it has to be an address such as http/],
    [["--url", "http://127.0.0.1:8080", "--lacks", "magic"], /--lacks magic: it has to be one of store-faults/],
    [["memory.ts", "--lacks", "compression"], /--lacks goes with --url/],
    [["memory.ts", "--level", "most"], /--level most: it has to be must, should or may/],
    [["memory.ts", "--timeout", "soon"], /--timeout soon: it has to be a whole number of milliseconds/],
    [["memory.ts", "--concurrency", "0"], /--concurrency 0: it has to be a whole number of at least 1/],
    [["memory.ts", "--only", "XYZ-*"], /--only XYZ-\*: no case has such an id/],
    [["memory.ts", "--only", "SIZ-06", "--level", "must"], /no case is both/],
    [["memory.ts", "--known-failures", "none.json"], /none\.json cannot be read/],
    [["memory.ts", "--known-failures", "known.json"], /no case has the id "KEY-01"; take it out/],
    [["memory.ts", "--what"], /--what/],
    [["missing.js"], /missing\.js: there is no such file/],
    [["list.ts", "--races"], /--races: it needs a module that exports the fixture of one store/],
  ])("%j", async (args, message) => {
    const { exitCode, out, err } = await run(args);
    expect(err).toMatch(message);
    expect({ exitCode, out }).toEqual({ exitCode: 3, out: "" });
  });
});

describe("a fixture that is no use ends with 4, and says what is wrong", () => {
  it.each<[string, RegExp]>([
    ["no-default.mjs", /no-default\.mjs has no default export/],
    ["neither.mjs", /what neither\.mjs exports is neither a StoreFixture .* nor a BindingFixture/],
    ["commonjs.cjs", /the fixture "of CommonJS": capabilities is undefined/],
    ["throws.mjs", /throws\.mjs cannot be loaded: no server on port 5432/],
  ])("%s", async (file, message) => {
    const text = await run([file]);
    expect(text.exitCode).toBe(4);
    expect(text.out + text.err).toMatch(message);
    const json = JSON.parse((await run([file, "--json"])).out);
    expect(json.exitCode).toBe(4);
    expect(json.fixtureError ?? json.reports[0].fixtureError).toMatch(message);
  });
});
