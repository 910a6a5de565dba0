import { describe, expect, it } from "vitest";
import { bindingCases, checkBinding } from "../../binding/index.js";
import { brokenBindings } from "./index.js";

const overHttpToo = new Set(["sends-early", "forgets-large-answers", "stops-with-the-client"]);

describe("the binding suite finds every planted bug, by the cases aimed at it and by no other", () => {
  it.concurrent.each(brokenBindings)(
    "$name: $bug",
    async (broken) => {
      const report = await checkBinding(broken.fixture("in process"));
      const failed = report.cases.filter(({ status }) => status === "failed").map(({ id }) => id);
      expect(failed.filter((id) => !broken.mayFail.includes(id))).toEqual(broken.fails);
      expect(failed.length).toBeGreaterThan(0);
    },
    120_000,
  );

  // What these do wrong shows in when bytes leave and connections end; the others change requests and answers.
  it.concurrent.each(brokenBindings.filter(({ name }) => overHttpToo.has(name)))(
    "$name, over HTTP",
    async (broken) => {
      const report = await checkBinding(broken.fixture("over HTTP"));
      const failed = report.cases.filter(({ status }) => status === "failed").map(({ id }) => id);
      expect(failed.filter((id) => !broken.mayFail.includes(id))).toEqual(broken.fails);
    },
    120_000,
  );

  it("names every bug once", () => {
    expect(new Set(brokenBindings.map(({ name }) => name)).size).toBe(brokenBindings.length);
  });

  it("leaves no group of cases without a bug that it alone finds", () => {
    const found = new Set(brokenBindings.flatMap(({ fails }) => fails.map((id) => id.slice(0, 3))));
    const groups = new Set(bindingCases.map(({ id }) => id.slice(0, 3)));
    expect([...groups].filter((group) => !found.has(group))).toEqual([]);
  });
});
