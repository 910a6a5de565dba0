import { expect, it } from "vitest";
import { type Outcome, problemsOf, summaryOf } from "./cases.js";

const ids = ["ONE-01", "TWO-02", "TRE-03"];

function outcome(title: string, status = "passed", ...failureMessages: string[]): Outcome {
  return { title, status, failureMessages };
}

it("counts an absent case, and one that was left out without a reason, as failed", () => {
  const outcomes = [
    outcome("the fixture can be used"),
    outcome("ONE-01 (must) a"),
    outcome("TRE-03 (must) c", "skipped"),
  ];
  expect(problemsOf(outcomes, ids)).toEqual([
    "TWO-02 was not run, and no reason is given",
    "TRE-03 was not run, and no reason is given",
  ]);
});

it("takes a reason, and tells it", () => {
  const reason = "(skipped: lacks streaming: a result is one value)";
  const outcomes = [
    outcome("ONE-01 (must) a"),
    outcome(`TWO-02 (must) b ${reason}`, "skipped"),
    outcome(`TRE-03 (must) c ${reason}`, "skipped"),
  ];
  expect(problemsOf(outcomes, ids)).toEqual([]);
  expect(summaryOf(outcomes)).toBe("1 cases; TWO-02, TRE-03 lacks streaming: a result is one value");
});

it("tells what failed", () => {
  const outcomes = [
    outcome("ONE-01 (must) a", "failed", "why"),
    ...["TWO-02 b", "TRE-03 c"].map((each) => outcome(each)),
  ];
  expect(problemsOf(outcomes, ids)).toEqual(["ONE-01 (must) a: why"]);
});
