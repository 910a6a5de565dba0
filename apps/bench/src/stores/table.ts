import { count, share, table } from "../tables.js";
import type { Comparison } from "./compare.js";
import { type Path, paths, titles } from "./contender.js";
import type { Count } from "./counts.js";
import type { Result } from "./rounds.js";

/** A comparison as Markdown: what it takes, then how fast it was, path by path. */
export function section(comparison: Comparison): string {
  const { name, server, notes, results, counts } = comparison;
  const speeds = paths.flatMap((path) => speedTables(results, path));
  const lacks = results.flatMap(({ contender }) =>
    Object.entries(contender.lacks ?? {}).map(([path, why]) => `- ${contender.name} has no ${path}: ${why}.`),
  );
  return [
    `## ${name}`,
    "",
    `${server}.`,
    "",
    ...notes.map((note) => `- ${note}`),
    ...new Set(lacks),
    "",
    "### What one request takes",
    "",
    ...countTable(counts),
    "",
    ...speeds,
  ].join("\n");
}

function countTable(counts: readonly Count[]): string[] {
  const rows = counts.map(({ contender, path, roundTrips, sentBytes, receivedBytes, commands }) => [
    path,
    contender,
    figure(roundTrips),
    sentBytes.toFixed(0),
    receivedBytes.toFixed(0),
    [...commands].map(([command, calls]) => `${figure(calls)} ${command}`).join(", "),
  ]);
  return table(["path", "contender", "round trips", "bytes sent", "bytes received", "commands at the server"], rows);
}

function speedTables(results: readonly Result[], path: Path): string[] {
  const callers = [...new Set(results.map(({ atOnce }) => atOnce))];
  return callers.flatMap((atOnce) => {
    const chosen = results.filter((result) => result.path === path && result.atOnce === atOnce);
    const head = [
      "contender",
      "per second (middle half)",
      "p50 ms",
      "p99 ms",
      "client µs",
      "speed ÷ floor",
      "speed ÷ Oncekey",
    ];
    const title = `### ${titles[path][0]?.toUpperCase()}${titles[path].slice(1)}, ${atOnce} at once`;
    return [title, "", ...table(head, chosen.map(speedRow)), ""];
  });
}

function speedRow({ contender, perSecond, ratio, byEngine, p50Ms, p99Ms, clientMicroseconds }: Result): string[] {
  return [
    contender.name,
    count(perSecond),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    clientMicroseconds.toFixed(0),
    contender.role === "floor" ? "1" : share(ratio),
    contender.role === "peer" && byEngine !== undefined ? share(byEngine) : "",
  ];
}

/** Whole where it is whole: a count per request is a fraction where requests share a command. */
function figure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
