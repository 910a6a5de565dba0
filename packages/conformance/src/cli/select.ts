import type { Level } from "../case.js";
import type { CaseName } from "../run-suite.js";
import type { CliOptions } from "./options.js";
import { UsageError } from "./usage.js";

const weight: Readonly<Record<Level, number>> = { must: 2, should: 1, may: 0 };

/** Which cases the command line asks for. A pattern that fits no case is a {@link UsageError}: it would check nothing. */
export function selection(
  { only, level }: Pick<CliOptions, "only" | "level">,
  cases: readonly CaseName[],
): (each: CaseName) => boolean {
  const patterns = only.map((text) => ({ text, pattern: patternOf(text) }));
  for (const { text, pattern } of patterns) {
    if (!cases.some(({ id }) => pattern.test(id))) {
      throw new UsageError(`--only ${text}: no case has such an id; --list shows them all`);
    }
  }
  const chosen = (each: CaseName) =>
    weight[each.level] >= weight[level] &&
    (patterns.length === 0 || patterns.some(({ pattern }) => pattern.test(each.id)));
  if (!cases.some(chosen)) throw new UsageError(`--only ${only.join(",")} --level ${level}: no case is both`);
  return chosen;
}

/** A pattern in which `*` stands for anything; case does not matter. */
function patternOf(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replaceAll(/[^\w-]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i");
}
