import { describe, expect, it } from "vitest";
import { explore } from "./explore.js";
import { bugs, holes, type Planted } from "./planted.js";
import { production } from "./rules.js";
import { describeTrace } from "./trace.js";

const LIMIT_MS = 60_000;

function finds({ id, breaks, within, config }: Planted): void {
  const { violation } = explore(config);
  expect(violation?.property).toBe(breaks);
  if (violation === undefined) return;
  process.stdout.write(`${id}, ${config.about}\n${describeTrace(violation)}\n`);
  expect(violation.steps.length).toBeLessThanOrEqual(within);
}

describe("a hole that a rule closes is found again without the rule", () => {
  it.each(holes)("$id (rule $rule): $fault breaks $breaks within $within steps", finds, LIMIT_MS);
});

describe("a planted bug is found", () => {
  it.each(bugs)("$id: $fault breaks $breaks within $within steps", finds, LIMIT_MS);
});

describe("what the planted faults leave out", () => {
  const replaced = [...holes, ...bugs].filter(({ config }) => config.rules !== undefined);

  it.each(replaced)(
    "$id: the same configuration holds with the production rules",
    ({ config }) => {
      const { violation } = explore({ ...config, rules: production });
      expect(violation && describeTrace(violation)).toBeUndefined();
    },
    LIMIT_MS,
  );

  it.each([...holes, ...bugs])(
    "$id: is found, too, where replies take time of their own",
    ({ breaks, config }) => {
      expect(explore({ ...config, slowReplies: true }).violation?.property).toBe(breaks);
    },
    LIMIT_MS,
  );
});
