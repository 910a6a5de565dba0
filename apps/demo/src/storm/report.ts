import type { StormResult } from "./storm.js";

/** Undefined: the server is somebody else's, so nobody counted. */
export type Crashes = number | undefined;

const COMPLAINTS_SHOWN = 10;

/** What is wrong with a storm; nothing where it passed. */
export function complaintsAbout({ differing, bill, operations, tally }: StormResult, crashes: Crashes): string[] {
  const complaints = [...differing, ...bill.complaints];
  if (bill.checks !== operations) complaints.push(`${bill.checks} checks were billed for ${operations} operations`);
  if (crashes === 0) complaints.push("the server never crashed, so nothing was shown about crashes");
  if (tally.replays === 0) complaints.push("nothing was ever replayed, so nothing was shown about retries");
  return complaints;
}

/** The closing table and the verdict. */
export function report(result: StormResult, clients: number, crashes: Crashes): string {
  const { tally, bill, operations, differing, seconds } = result;
  const table = [
    ["operations", operations],
    ["clients for each, at once", clients],
    ["requests sent", tally.requests],
    ["  answered by a run", tally.firstAnswers],
    ["  answered by a replay", tally.replays],
    ["  told to wait (409)", tally.conflicts],
    ["  failed (5xx)", tally.failures],
    ["  never answered", tally.lost],
    ...(crashes === undefined ? [] : [["crashes of the server", crashes] as const]),
    ["checks billed", bill.checks],
    ["operations with differing answers", differing.length],
    ["seconds", seconds.toFixed(1)],
  ] as const;
  const width = Math.max(...table.map(([, value]) => grouped(value).length));
  const rows = table.map(([name, value]) => `  ${name.padEnd(36)}${grouped(value).padStart(width)}`);
  return `\n${rows.join("\n")}\n\n${verdict(complaintsAbout(result, crashes))}`;
}

function verdict(complaints: readonly string[]): string {
  if (complaints.length === 0)
    return "✓ Every operation was billed once, and every answer of one key is the same, byte for byte.";
  const more = complaints.length - COMPLAINTS_SHOWN;
  return [
    "✗ Not every operation came out right:",
    ...complaints.slice(0, COMPLAINTS_SHOWN).map((complaint) => `  - ${complaint}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join("\n");
}

function grouped(value: number | string): string {
  return typeof value === "number" ? value.toLocaleString("en-GB") : value;
}
