import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { historyOf, type RaceEntry } from "./history.js";
import { judge, noRace, type RaceReport, together } from "./judge.js";
import { logTo, readLog } from "./log.js";

const rules = { capabilities: { resolutionMs: 1, skewMarginMs: 0 }, leaseMs: 100, operations: 0 };
const disturbed = { kills: 1, pauses: 2 };
const folder = await mkdtemp(join(tmpdir(), "oncekey-judge-"));
afterAll(() => rm(folder, { recursive: true }));

let clockMs = 0;
let calls = 0;

/** A create that is answered as if it had been written. */
function created(version: string, key = "k"): RaceEntry[] {
  const call = calls++;
  const stands = { version, record: "r", ageMs: 0, expiresInMs: 1_000 };
  const does = { op: "create", version, record: "r", keepMs: 1_000 } as const;
  return [
    { at: "call", call, by: "0.0", ms: clockMs++, key, does },
    { at: "answer", call, by: "0.0", ms: clockMs++, answer: { written: true, stands } },
  ];
}

function granted(attempt: number, key = "k"): RaceEntry[] {
  const act = calls++;
  return [
    { at: "begin", act, by: "0.0", ms: clockMs++, key, does: { act: "claim" } },
    { at: "end", act, by: "0.0", ms: clockMs++, came: { granted: attempt } },
  ];
}

function judged(...entries: readonly RaceEntry[][]): RaceReport {
  return judge(historyOf(entries.flat(), disturbed), rules);
}

describe("the judgement of a race", () => {
  it("finds nothing wrong where both histories have an order", () => {
    expect(judged(created("a"), created("b", "k2"), granted(1), granted(1, "k2")).violations).toEqual([]);
  });

  it("names the key of the store's history that has none, with a trace", () => {
    const { violations } = judged(created("a"), created("b", "k2"), created("c", "k2"));
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(/^the store: illegal: no order explains the 2 operations of k2;/);
    expect(violations[0]).toMatch(/create c \(r\) for 1000 ms -> written c/);
  });

  it("names the key of the attempts' history that has none", () => {
    const { violations } = judged(granted(1), granted(1));
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(/^the attempts: illegal: .* of k;/);
    expect(violations[0]).toMatch(/come next:\n.* claim -> granted as attempt 1$/);
  });

  it("counts what was answered, what was not, and what was done to the processes", () => {
    const lost: RaceEntry[] = [
      { at: "call", call: calls++, by: "0.0", ms: clockMs++, key: "k", does: { op: "get" } },
      { at: "note", by: "0.0", what: "lostReplies" },
    ];
    const { counts, keys } = judged(created("a"), lost);
    expect(keys).toBe(1);
    expect(counts).toMatchObject({
      operations: 1,
      unanswered: 1,
      writes: 1,
      conflicts: 0,
      lostReplies: 1,
      ...disturbed,
    });
  });

  it("says what a run lacked, and what two of them lack together", () => {
    const wanting = { ...rules, operations: 3 };
    const one = judge(historyOf(created("a"), disturbed), wanting);
    expect(one.voids).toEqual([
      "it had no conflicts",
      "it had no takeOvers",
      "it had no lostReplies",
      "it had 1 operations of 3",
    ]);
    const more = [...created("b", "k2"), ...created("c", "k3"), { at: "note", by: "0.0", what: "takeOvers" } as const];
    const both = together(one, judge(historyOf(more, disturbed), wanting), wanting);
    expect(both.voids).toEqual(["it had no conflicts", "it had no lostReplies"]);
    expect(both.counts).toMatchObject({ operations: 3, takeOvers: 1, kills: 2, pauses: 4 });
    expect(noRace(rules).voids).toHaveLength(3);
  });

  it("refuses outcomes that an act cannot have", () => {
    const act = { at: "begin", act: 0, by: "x", ms: 0, key: "k", does: { act: "claim" } } as const;
    const end = { at: "end", act: 0, by: "x", ms: 1 } as const;
    expect(() => historyOf([act, { ...end, came: "done" }], disturbed)).toThrow(TypeError);
    const renewal = { ...act, does: { act: "renew", attempt: 1 } } as const;
    expect(() => historyOf([renewal, { ...end, came: "in-progress" }], disturbed)).toThrow(TypeError);
  });
});

describe("a log", () => {
  it("gives back what was kept, and leaves out a last line that was cut off", async () => {
    const path = join(folder, "log");
    const entries = created("a");
    const keep = logTo(path);
    for (const entry of entries) keep(entry);
    expect(readLog(path)).toEqual(entries);
    await writeFile(path, '{"at":"call","ca', { flag: "a" });
    expect(readLog(path)).toEqual(entries);
  });
});
