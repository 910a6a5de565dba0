import { expect, it } from "vitest";
import { clausesIn, compare } from "./spec.js";

const text = `
# A title with **CRE** in it
- **CRE-01** (must) one
- **CRE-02** two, without a level
`;
const [one, two] = clausesIn("spec/x.md", text);

it("reads ids, levels and places", () => {
  expect([one, two]).toEqual([
    { id: "CRE-01", level: "must", where: "spec/x.md:3" },
    { id: "CRE-02", level: "no level", where: "spec/x.md:4" },
  ]);
});

it.each([
  ["a clause without a case", [], /CRE-01.*has no conformance case/],
  [
    "a case without a clause",
    [
      { id: "CRE-01", level: "must" },
      { id: "REP-01", level: "must" },
    ],
    /REP-01.*no clause/,
  ],
  [
    "two cases of one id",
    [
      { id: "CRE-01", level: "must" },
      { id: "CRE-01", level: "must" },
    ],
    /CRE-01.*a second case/,
  ],
  ["another level", [{ id: "CRE-01", level: "may" }], /CRE-01.*says "must", the case says "may"/],
])("finds %s", (_, cases, message) => {
  const findings = compare(
    one ? [one] : [],
    cases.map((item) => ({ ...item, where: "storeCases" })),
  );
  const bad = findings
    .filter(({ problems }) => problems.length > 0)
    .map(({ subject, problems }) => `${subject}: ${problems}`);
  expect(bad).toEqual([expect.stringMatching(message)]);
});

it("finds a clause that is defined twice", () => {
  const again = clausesIn("spec/y.md", "**CRE-01** (must)");
  const findings = compare([...(one ? [one] : []), ...again], [{ id: "CRE-01", level: "must", where: "storeCases" }]);
  expect(findings[0]?.problems).toEqual(["spec/y.md:1 defines it again, after spec/x.md:3"]);
});
