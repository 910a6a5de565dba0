import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Outcome, observedIn } from "./outcome.js";
import { runCandidate } from "./run-candidate.js";

const script = fileURLToPath(new URL("./fixture-process.mjs", import.meta.url));
const services = { redisUrl: "redis://nowhere", postgresUrl: "postgres://nowhere" };

describe("runCandidate", () => {
  it("goes on after a crash and after a process that hangs", async () => {
    const outcomes: [string, Outcome][] = [];
    const ids = ["passes", "crashes", "passes too", "hangs", "passes at last"];
    await runCandidate({ id: "any" }, ids, services, (...outcome) => outcomes.push(outcome), {
      script,
      limitMs: 5_000,
    });
    expect(outcomes).toEqual([
      ["passes", { status: "passed" }],
      [
        "crashes",
        { status: "failed", observed: "the process crashed: RangeError: this process was told to crash", runs: 0 },
      ],
      ["passes too", { status: "passed" }],
      ["hangs", { status: "failed", observed: "the process hung for 5 s", runs: 0 }],
      ["passes at last", { status: "passed" }],
    ]);
  });
});

describe("observedIn", () => {
  it("is one line, the same at every run", () => {
    const message = "CON-01 a title\nkey-mabc-x1y2z3-7 at 127.0.0.1:4711\nexpected: 1\nactual:   3\nand then: another";
    expect(observedIn(message)).toBe("<key> at <server>: expected 1, got 3; and then: another");
  });
});
