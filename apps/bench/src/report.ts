import type { Measured, Spread } from "./measure.js";
import type { BenchGroup } from "./suite.js";

/** A group's results as a Markdown table. */
export function markdown(group: BenchGroup, results: readonly Measured[]): string {
  const rows = results.map(({ name, nanoseconds, ratio }, index) => [
    name,
    duration(nanoseconds.median),
    `${duration(nanoseconds.low)} to ${duration(nanoseconds.high)}`,
    index === 0 ? "1" : times(ratio),
    index === 0 ? "1" : times(inverse(ratio)),
  ]);
  const head = ["case", "median", "middle half", "time, baseline = 1", "speed, baseline = 1"];
  const lines = [head, ["---", "--:", "--:", "--:", "--:"], ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [`### ${group.title}`, "", group.note, "", ...lines, ""].join("\n");
}

function inverse({ median, low, high }: Spread): Spread {
  return { median: 1 / median, low: 1 / high, high: 1 / low };
}

function times({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function duration(nanoseconds: number): string {
  if (nanoseconds < 10_000) return `${nanoseconds.toFixed(0)} ns`;
  if (nanoseconds < 10_000_000) return `${(nanoseconds / 1e3).toFixed(1)} µs`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}
