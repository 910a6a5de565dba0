import { describe, expect, it } from "vitest";
import { type AttemptAct, type AttemptOperation, attemptModel } from "./attempt-model.js";
import { checkHistory } from "./check-history.js";

const never = Number.POSITIVE_INFINITY;
const model = attemptModel({ leaseMs: 100, resolutionMs: 1, skewMarginMs: 0 });

function act(startMs: number, endMs: number, what: AttemptAct): AttemptOperation {
  return { key: 0, by: "p", startMs, endMs, ...what };
}

const granted = (attempt: number): AttemptAct => ({ act: "claim", came: { granted: attempt } });
const replayed = (result: string): AttemptAct => ({ act: "claim", came: { replayed: result } });
const wait: AttemptAct = { act: "claim", came: "in-progress" };
const renew = (attempt: number, came: "done" | "superseded" = "done"): AttemptAct => ({ act: "renew", attempt, came });
const release = (attempt: number, came: "done" | "superseded" = "done"): AttemptAct => ({
  act: "release",
  attempt,
  came,
});
const complete = (attempt: number, result: string, came: "done" | "superseded" = "done"): AttemptAct => ({
  act: "complete",
  attempt,
  result,
  came,
});

const first = act(0, 2, granted(1));

describe("the promise of a key as a model", () => {
  it.each<[string, readonly AttemptOperation[]]>([
    ["one run, and its replays", [first, act(5, 6, wait), act(10, 12, complete(1, "x")), act(20, 21, replayed("x"))]],
    ["a take-over after the lease", [first, act(110, 112, granted(2)), act(120, 122, complete(1, "x", "superseded"))]],
    ["a renewal that puts it off", [first, act(90, 92, renew(1)), act(150, 151, wait), act(195, 197, granted(2))]],
    ["a release", [first, act(5, 6, release(1)), act(7, 8, granted(2))]],
    ["a claim beside a release", [first, act(5, 20, release(1)), act(7, 8, granted(2))]],
    ["a claim that nobody was told of", [act(0, never, { act: "claim" }), act(150, 151, granted(2))]],
    [
      "a holder that died while it completed",
      [first, act(5, never, { act: "complete", attempt: 1, result: "x" }), act(9, 10, replayed("x"))],
    ],
    [
      "one that died before",
      [first, act(5, never, { act: "complete", attempt: 1, result: "x" }), act(110, 111, granted(2))],
    ],
  ])("explains %s", (_, history) => {
    expect(checkHistory(model, history)).toMatchObject({ verdict: "ok" });
  });

  it.each<[string, readonly AttemptOperation[]]>([
    ["two holders", [first, act(1, 3, granted(1))]],
    ["a take-over before the lease has lapsed", [first, act(50, 52, granted(2))]],
    ["a take-over before a renewed one has", [first, act(90, 92, renew(1)), act(120, 122, granted(2))]],
    ["a fence that is used again", [first, act(5, 6, release(1)), act(7, 8, granted(1))]],
    ["a fence that skips", [first, act(110, 112, granted(3))]],
    ["a wait for a lease that has lapsed", [first, act(150, 151, wait)]],
    ["a wait for nobody", [act(0, 1, wait)]],
    ["a completion by a stale owner", [first, act(110, 112, granted(2)), act(120, 122, complete(1, "x"))]],
    ["a release by a stale owner", [first, act(110, 112, granted(2)), act(120, 122, release(1))]],
    ["two answers", [first, act(5, 6, complete(1, "x")), act(9, 10, replayed("x")), act(11, 12, replayed("y"))]],
    ["an answer before there is one", [first, act(5, 6, replayed("x")), act(10, 12, complete(1, "x"))]],
    ["a run after the answer", [first, act(5, 6, complete(1, "x")), act(200, 201, granted(2))]],
    ["an owner superseded by nobody", [first, act(5, 6, complete(1, "x", "superseded"))]],
    [
      "an answer of one who died before it was done, and was taken over",
      [
        first,
        act(5, never, { act: "complete", attempt: 1, result: "x" }),
        act(110, 111, granted(2)),
        act(112, 113, replayed("x")),
      ],
    ],
  ])("does not explain %s", (_, history) => {
    expect(checkHistory(model, history)).toMatchObject({ verdict: "illegal" });
  });
});
