import { describe, expect, it } from "vitest";
import { arenas, compare } from "./compare.js";
import { paths } from "./contender.js";
import { report } from "./report.js";

const effort = { warmUpMs: 0, batchMs: 1, rounds: 1, callers: [1, 4], kept: 4, counted: 2 };

describe.each(Object.entries(arenas))("the comparison on %s", (_, open) => {
  it("has right answers from every contender on every path, and counts what they take", async () => {
    const comparison = await compare(open, effort, () => {});
    const { results, counts } = comparison;
    // A wrong answer would have ended it.
    for (const path of paths) {
      const timed = results.filter((result) => result.path === path && result.atOnce === 4);
      expect(timed.map(({ contender }) => contender.name)).toEqual(
        counts.filter((count) => count.path === path).map(({ contender }) => contender),
      );
      expect(timed.map(({ contender }) => contender.role)).toEqual(
        expect.arrayContaining(["floor", "store", "engine"]),
      );
    }
    for (const count of counts) {
      expect(count.roundTrips, `${count.contender}: ${count.path}`).toBeGreaterThanOrEqual(1);
      expect(count.commands.size, `${count.contender}: ${count.path}`).toBeGreaterThanOrEqual(1);
    }
    expect(report([comparison], { command: "pnpm bench", effort })).toContain(comparison.server);
  });
});
