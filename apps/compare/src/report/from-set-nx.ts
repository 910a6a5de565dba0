import { readFileSync } from "node:fs";
import { questions } from "../questions/index.js";
import { failuresOf, table } from "./cells.js";
import type { Results } from "./results.js";

/** A source of this app, as it is compiled and run here. */
export function sourceOf(path: string): string {
  const source = readFileSync(new URL(`../${path}`, import.meta.url), "utf8").trimEnd();
  return `\`\`\`ts ignore: this is apps/compare/src/${path}, where it is compiled and run\n${source}\n\`\`\``;
}

/** What the suite says that the forty lines get wrong. */
export function setNxFailures(results: Results): string {
  const result = results.candidates.find(({ id }) => id === "set-nx");
  if (result === undefined) throw new Error("the results have no set-nx; run the comparison");
  return questions
    .filter(({ group }) => group === "safety")
    .flatMap((question) => {
      const failed = failuresOf(result, question);
      if (failed.length === 0) return [];
      return [
        `**${question.asks}** No.\n\n${table(
          ["case", "what it costs"],
          failed.map(({ id, costs }) => [id, costs]),
        )}`,
      ];
    })
    .join("\n\n");
}
