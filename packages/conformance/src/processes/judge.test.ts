import type { Stored } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { completed, released, running } from "../store/samples.js";
import { noCounts, type RaceEvent } from "./history.js";
import { judge } from "./judge.js";

const line = [write("a1"), write("b1", "a1"), write("c1", "b1", "completed")];

function write(version: string, expected?: string, state: Stored["record"]["state"] = "in-progress"): RaceEvent {
  const head = { kind: "write", key: 0, version, state, attempt: 1, outcome: "written" } as const;
  return expected === undefined ? head : { ...head, expected };
}

function refused(version: string, expected: string, current?: string): RaceEvent {
  const head = {
    kind: "write",
    key: 0,
    version,
    expected,
    state: "in-progress",
    attempt: 1,
    outcome: "refused",
  } as const;
  return current === undefined ? head : { ...head, current };
}

function answer(result: string): RaceEvent {
  return { kind: "answer", key: 0, result };
}

function end(version: string, record: Stored["record"]): Stored {
  return { version, record, ageMs: 0, expiresInMs: 1_000 };
}

const result = (text: string) => completed(new TextEncoder().encode(text));

function violations(events: readonly RaceEvent[], last: Stored | undefined): readonly string[] {
  return judge([{ events, counts: noCounts() }], [last]).violations;
}

describe("the judgement of histories", () => {
  it("is none where versions follow each other and one result is answered", () => {
    const events = [...line, refused("d1", "a1", "b1"), answer("yes"), answer("yes")];
    expect(violations(events, end("c1", result("yes")))).toEqual([]);
  });

  it.each([
    ["two creates", [write("a1"), write("a2")], end("a1", running()), /a1 and a2 were all written over an empty key/],
    ["a fork", [...line, write("x1", "a1")], end("c1", completed()), /b1 and x1 were all written over a1/],
    ["a version of nobody's", [write("a1", "z9")], end("a1", running()), /replaced z9, which nobody ever wrote/],
    [
      "a completed record replaced",
      [...line, write("d1", "c1")],
      end("d1", running()),
      /replaced c1, which was completed/,
    ],
    ["an end of nobody's", line, end("z9", running()), /z9 stands in the end, and nobody/],
    ["an end that was replaced", line, end("b1", running()), /b1 stands in the end, and had been replaced/],
    ["a lost record", line, undefined, /is gone/],
    ["a refusal without a name", [refused("b1", "a1")], undefined, /names nothing/],
    ["a refusal by what was expected", [refused("b1", "a1", "a1")], undefined, /the version that it expected/],
    ["a refusal by itself", [refused("b1", "a1", "b1")], undefined, /refused by itself/],
    ["two answers", [...line, answer("yes"), answer("no")], end("c1", result("yes")), /2 different results/],
    ["an answer that does not stand", [...line, answer("yes")], end("c1", result("no")), /yes was answered/],
    ["an answer without a result", [write("a1"), answer("yes")], end("a1", released()), /no result stands/],
  ])("names %s", (_, events, last, message) => {
    expect(violations(events, last).join("\n")).toMatch(message);
  });

  it("names two grants of one attempt", () => {
    const events: RaceEvent[] = ["a1", "a2"].map((version) => ({ kind: "run", key: 0, version, attempt: 1 }));
    expect(violations(events, undefined).join("\n")).toMatch(/attempt 1 was granted 2 times: a1, a2/);
  });

  it("says what a run lacked", () => {
    const counts = { ...noCounts(), conflicts: 1 };
    expect(judge([{ events: [], counts }], []).voids).toEqual(["it had no takeOvers", "it had no lostReplies"]);
  });
});
