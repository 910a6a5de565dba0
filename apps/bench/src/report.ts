import type { Measured } from "./measure.js";
import type { BenchGroup } from "./suite.js";

/** A group's results as a Markdown table. */
export function markdown(group: BenchGroup, results: readonly Measured[]): string {
  const rows = results.map(({ name, nanoseconds, processorNanoseconds, ratio, leastRatio }) => [
    name,
    `${duration(nanoseconds.median)} (${duration(nanoseconds.low)} to ${duration(nanoseconds.high)})`,
    duration(nanoseconds.least),
    `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
    (1 / ratio.median).toFixed(2),
    `${leastRatio.toFixed(2)} / ${(1 / leastRatio).toFixed(2)}`,
    duration(processorNanoseconds.median),
  ]);
  const head = [
    "case",
    "median (middle half)",
    "fastest",
    "time ÷ baseline",
    "speed ÷ baseline",
    "the same, of the fastest",
    "processor time, median",
  ];
  const lines = [head, ["---", "--:", "--:", "--:", "--:", "--:", "--:"], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  return [`### ${group.title}`, "", group.note, "", ...lines, ""].join("\n");
}

function duration(nanoseconds: number): string {
  if (nanoseconds < 10_000) return `${nanoseconds.toFixed(0)} ns`;
  if (nanoseconds < 10_000_000) return `${(nanoseconds / 1e3).toFixed(1)} µs`;
  return `${(nanoseconds / 1e6).toFixed(1)} ms`;
}
