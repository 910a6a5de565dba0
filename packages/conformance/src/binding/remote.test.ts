import { expect, it } from "vitest";
import { type BindingFixture, checkBinding, remoteBinding, ScriptedApp, scenarios } from "./index.js";
import { protectFixture } from "./protect-fixture.js";

it("audits a server that runs already, all cases on the same one", async () => {
  const app = new ScriptedApp();
  const server = await protectFixture("the server").start(app);
  try {
    const report = await checkBinding(remoteBinding("the server by its URL", server.url));
    const others = report.cases.filter(({ status }) => status !== "passed");
    expect(others.map(({ id, reason }) => [id, reason])).toEqual(
      ["DUR-11", "DUR-12"].map((id) => [id, "lacks shutdown: the cases share this server, which has to stay"]),
    );
    expect(report.name).toBe("the server by its URL");
  } finally {
    app.close();
    await server.close();
  }
}, 120_000);

it("reports what a server cannot do as skipped, with its reason", async () => {
  const lacking: BindingFixture = {
    ...protectFixture("a server without compression"),
    lacks: { compression: "it leaves that to its proxy" },
  };
  const report = await checkBinding(lacking);
  const skipped = report.cases.filter(({ status }) => status === "skipped");
  expect(skipped.map(({ id, reason }) => [id, reason])).toEqual([
    ["HTP-08", "lacks compression: it leaves that to its proxy"],
  ]);
  expect(report.failed).toBe(0);
}, 120_000);

it("refuses an address that is no HTTP URL", () => {
  expect(() => remoteBinding("a file", "file:///tmp")).toThrow(TypeError);
});

it("describes the routes in plain JSON, each by a name of its own", () => {
  expect(JSON.parse(JSON.stringify(scenarios))).toEqual(scenarios);
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});
