import type { Spread } from "./measure.js";

const WIDTH = 960;
const LEFT = 24;
const LABELS = 196;
const COLUMN = 350;
const GAP = 20;
const BAR = 12;
const ROW = 18;
/** A bar this long is cut; its figure stands beside it all the same. */
const MOST = 1.6;

/** Ratios as bars, by what is 1. */
export interface Chart {
  readonly title: string;
  readonly caption: string;
  /** What the picture shows, for who does not see it. */
  readonly description: string;
  /** What the colours mean. */
  readonly legend: readonly (readonly [role: BarRole, label: string])[];
  readonly sections: readonly Section[];
}

/** Each has a colour. */
export type BarRole = "store" | "engine" | "peer";

/** What is compared with one another, a bar for each column. */
export interface Section {
  readonly name: string;
  readonly columns: readonly string[];
  readonly groups: readonly Group[];
}

interface Group {
  readonly title?: string;
  readonly rows: readonly Row[];
}

interface Row {
  readonly name: string;
  readonly role: BarRole;
  readonly bars: readonly (Spread | undefined)[];
}

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

/** Draws it as an SVG. */
export function draw(chart: Chart): string {
  const parts = [text(LEFT, 34, chart.title, "title"), text(LEFT, 54, chart.caption, "soft"), legend(chart.legend, 78)];
  let y = 104;
  for (const { name, columns, groups } of chart.sections) {
    y += 16;
    parts.push(text(LEFT, y, name, "server"));
    // A long name takes a line of its own.
    if (name.length > 20) y += 18;
    for (const [index, column] of columns.entries()) parts.push(text(columnAt(index), y, column, "soft"));
    y += 10;
    for (const group of groups) {
      const drawn = rows(group, columns.length, y);
      parts.push(drawn.svg);
      y = drawn.bottom;
    }
    y += 14;
  }
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">`;
  const title = `<title>${escaped(chart.description)}</title>`;
  return `${head}\n${title}\n<style>${style}\n</style>\n<rect class="paper" width="${WIDTH}" height="${y}"/>\n${parts.join("\n")}\n</svg>\n`;
}

function rows(group: Group, columns: number, top: number): { readonly svg: string; readonly bottom: number } {
  const parts = group.title === undefined ? [] : [text(LEFT, top + 14, group.title, "path")];
  const first = top + (group.title === undefined ? 0 : 22);
  const bottom = first + group.rows.length * ROW;
  for (let column = 0; column < columns; column++) parts.push(axis(columnAt(column), first, bottom));
  for (const [index, { name, role, bars }] of group.rows.entries()) {
    const y = first + index * ROW;
    parts.push(text(LEFT + 8, y + BAR, name));
    for (const [column, ratio] of bars.entries())
      if (ratio !== undefined) parts.push(bar(columnAt(column), y, role, ratio));
  }
  return { svg: parts.join("\n"), bottom: bottom + 8 };
}

function bar(x: number, y: number, role: BarRole, ratio: Spread): string {
  const length = widthOf(ratio.median);
  const middle = y + 2 + BAR / 2;
  return [
    `<rect class="${role}" x="${x}" y="${y + 2}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
    `<path class="spread" d="M${(x + widthOf(ratio.low)).toFixed(1)} ${middle}H${(x + widthOf(ratio.high)).toFixed(1)}"/>`,
    text(Math.round(x + Math.max(length, widthOf(ratio.high)) + 5), y + BAR, ratio.median.toFixed(2), "figure"),
  ].join("");
}

function axis(x: number, top: number, bottom: number): string {
  const floor = x + widthOf(1);
  return `<path class="axis" d="M${x} ${top}V${bottom}"/><path class="floor" d="M${floor} ${top - 4}V${bottom}"/>`;
}

function legend(entries: Chart["legend"], y: number): string {
  let x = LEFT;
  const keys = entries.map(([role, label]) => {
    const key = `<rect class="${role}" x="${x}" y="${y - 10}" width="12" height="12" rx="2"/>${text(x + 18, y, label)}`;
    x += 44 + label.length * 6;
    return key;
  });
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
  return `<text${style === undefined ? "" : ` class="${style}"`} x="${x}" y="${y}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
