import type { Comparison } from "./compare.js";
import { type Path, paths, titles } from "./contender.js";
import type { Result } from "./rounds.js";

const WIDTH = 960;
const LEFT = 24;
const LABELS = 196;
const COLUMN = 350;
const GAP = 20;
const BAR = 12;
const ROW = 18;
/** A bar this long is cut; its figure stands beside it all the same. */
const MOST = 1.6;

const style = `
  svg { font-family: system-ui, sans-serif; font-size: 12px; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0;
    --paper: #ffffff; --store: #0969da; --engine: #1a7f37; --peer: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --paper: #0d1117; --store: #4493f8; --engine: #3fb950;
      --peer: #db6d28 }
  }
  .paper { fill: var(--paper) } text { fill: var(--ink) } .soft { fill: var(--soft) } .figure { font-size: 11px; paint-order: stroke; stroke: var(--paper); stroke-width: 4px }
  .title { font-size: 18px; font-weight: 600 } .server { font-size: 15px; font-weight: 600 } .path { font-weight: 600 }
  .floor { stroke: var(--ink); stroke-dasharray: 3 3 } .axis { stroke: var(--line) } .spread { stroke: var(--ink) }
  .store { fill: var(--store) } .engine { fill: var(--engine) } .peer { fill: var(--peer) }`;

/** Speed by the floor's, for each server, path and contender; one column for each number of callers. */
export function chart(comparisons: readonly Comparison[], caption: string): string {
  const parts: string[] = [];
  let y = 34;
  parts.push(text(LEFT, y, "Speed by the bare driver's", "title"));
  y += 20;
  parts.push(text(LEFT, y, caption, "soft"));
  y += 24;
  parts.push(legend(y));
  y += 26;
  for (const comparison of comparisons) {
    const callers = [...new Set(comparison.results.map(({ atOnce }) => atOnce))];
    y += 16;
    parts.push(text(LEFT, y, comparison.name, "server"));
    for (const [index, atOnce] of callers.entries()) parts.push(text(columnAt(index), y, `${atOnce} at once`, "soft"));
    y += 10;
    for (const path of paths) {
      const drawn = pathRows(comparison.results, path, callers, y);
      parts.push(drawn.svg);
      y = drawn.bottom;
    }
    y += 14;
  }
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">`;
  const title = "<title>Speed of Oncekey's stores and of other libraries, by the bare driver's</title>";
  return `${head}\n${title}\n<style>${style}\n</style>\n<rect class="paper" width="${WIDTH}" height="${y}"/>\n${parts.join("\n")}\n</svg>\n`;
}

function pathRows(results: readonly Result[], path: Path, callers: readonly number[], top: number) {
  const chosen = results.filter((result) => result.path === path && result.contender.role !== "floor");
  const names = [...new Set(chosen.map(({ contender }) => contender.name))];
  const parts = [text(LEFT, top + 14, titles[path], "path")];
  const first = top + 22;
  const bottom = first + names.length * ROW;
  for (const [index] of callers.entries()) parts.push(axis(columnAt(index), first, bottom));
  for (const [row, name] of names.entries()) {
    const y = first + row * ROW;
    parts.push(text(LEFT + 8, y + BAR, name));
    for (const [index, atOnce] of callers.entries()) {
      const result = chosen.find(({ contender, atOnce: own }) => contender.name === name && own === atOnce);
      if (result !== undefined) parts.push(bar(columnAt(index), y, result));
    }
  }
  return { svg: parts.join("\n"), bottom: bottom + 8 };
}

function bar(x: number, y: number, { contender, ratio }: Result): string {
  const length = widthOf(ratio.median);
  const middle = y + 2 + BAR / 2;
  return [
    `<rect class="${contender.role}" x="${x}" y="${y + 2}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
    `<path class="spread" d="M${(x + widthOf(ratio.low)).toFixed(1)} ${middle}H${(x + widthOf(ratio.high)).toFixed(1)}"/>`,
    text(Math.round(x + Math.max(length, widthOf(ratio.high)) + 5), y + BAR, ratio.median.toFixed(2), "figure"),
  ].join("");
}

function axis(x: number, top: number, bottom: number): string {
  const floor = x + widthOf(1);
  return `<path class="axis" d="M${x} ${top}V${bottom}"/><path class="floor" d="M${floor} ${top - 4}V${bottom}"/>`;
}

function legend(y: number): string {
  const entries = [
    ["store", "our store"],
    ["engine", "Oncekey: fingerprint, engine, store"],
    ["peer", "other libraries, all of them"],
  ];
  const widths = [0, 90, 334];
  const keys = entries.map(([role, label = ""], index) => {
    const x = LEFT + (widths[index] ?? 0);
    return `<rect class="${role}" x="${x}" y="${y - 10}" width="12" height="12" rx="2"/>${text(x + 18, y, label)}`;
  });
  const x = LEFT + 544;
  const floor = `<path class="floor" d="M${x} ${y - 12}V${y + 3}"/>${text(x + 8, y, "the floor; a line in a bar: the middle half")}`;
  return [...keys, floor].join("\n");
}

function columnAt(index: number): number {
  return LEFT + LABELS + index * (COLUMN + GAP);
}

function widthOf(ratio: number): number {
  return (Math.min(ratio, MOST) / MOST) * (COLUMN - 40);
}

function text(x: number, y: number, content: string, style?: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text${style === undefined ? "" : ` class="${style}"`} x="${x}" y="${y}">${escaped}</text>`;
}
