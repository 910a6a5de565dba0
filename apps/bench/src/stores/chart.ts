import { draw, type Section } from "../chart.js";
import type { Comparison } from "./compare.js";
import { paths, titles } from "./contender.js";

/** Speed by the floor's, for each server, path and contender; one column for each number of callers. */
export function chart(comparisons: readonly Comparison[], caption: string): string {
  return draw({
    title: "Speed by the bare driver's",
    caption,
    description: "Speed of Oncekey's stores and of other libraries, by the bare driver's",
    legend: [
      ["store", "our store"],
      ["engine", "Oncekey: fingerprint, engine, store"],
      ["peer", "other libraries, all of them"],
    ],
    sections: comparisons.map(sectionOf),
  });
}

function sectionOf({ name, results }: Comparison): Section {
  const callers = [...new Set(results.map(({ atOnce }) => atOnce))];
  const groups = paths.map((path) => {
    const chosen = results.filter((result) => result.path === path);
    const rows = [...new Set(chosen.map(({ contender }) => contender))].flatMap(({ name: contender, role }) => {
      if (role === "floor") return [];
      const bars = callers.map(
        (atOnce) => chosen.find((result) => result.contender.name === contender && result.atOnce === atOnce)?.ratio,
      );
      return [{ name: contender, role, bars }];
    });
    return { title: titles[path], rows };
  });
  return { name, columns: callers.map((atOnce) => `${atOnce} at once`), groups };
}
