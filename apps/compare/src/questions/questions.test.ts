import { bindingCases } from "@oncekey/conformance";
import { describe, expect, it } from "vitest";
import { questions } from "./index.js";

const entries = questions.flatMap(({ cases }) => cases);

describe("the questions of the comparison", () => {
  it("have every case of the binding suite exactly once, and no other", () => {
    expect(entries.map(({ id }) => id).sort()).toEqual(bindingCases.map(({ id }) => id).sort());
  });

  it("say what each case costs in a sentence of its own", () => {
    const costs = entries.map((entry) => entry.costs);
    expect(costs.filter((text) => !/^\S.*\.$/.test(text))).toEqual([]);
    expect(new Set(costs).size).toBe(costs.length);
  });

  it("judge by form only where the question is one of form", () => {
    const byForm = questions.filter(({ cases }) => cases.some(({ judged }) => judged === "as it is"));
    expect(byForm.map(({ group }) => group)).toEqual(byForm.map(() => "protocol"));
  });
});
