import { type CaseResult, countsLine } from "../report.js";
import type { Outcome } from "./outcome.js";
import type { Paint, Style } from "./terminal.js";

/** An outcome for a reader: the counts by level, then whatever did not simply pass. */
export function textReport({ subject, report, durationMs, fixtureError, races }: Outcome, paint: Paint): string {
  if (report === undefined) return `${paint("red", "The fixture is no use, and no case was run.")}\n${fixtureError}\n`;
  const { cases, levels } = report;
  const of = (status: CaseResult["status"]) => cases.filter((each) => each.status === status);
  const title = `${paint("bold", report.name)}: ${subject.kind} conformance, ${cases.length} ${cases.length === 1 ? "case" : "cases"} in ${seconds(durationMs)}`;
  const counts = (["must", "should", "may"] as const)
    .map((level) => ({ level, tally: levels[level] }))
    .filter(({ tally }) => Object.values(tally).some((count) => count > 0))
    .map(({ level, tally }) => paint(tally.failed > 0 ? "red" : "green", `  ${level.padEnd(6)}  ${countsLine(tally)}`));
  const sections = [
    section(
      "Failed",
      "red",
      of("failed").map((each) => failed(each, paint)),
      paint,
    ),
    section(
      "Known to fail",
      "yellow",
      of("known").map((each) => `${named(each, paint)}\n    ${each.reason}`),
      paint,
    ),
    section(
      "Skipped",
      "yellow",
      grouped(of("skipped"), ({ reason = "" }) => [reason]),
      paint,
    ),
    section(
      "Remarks",
      "yellow",
      grouped(of("passed"), ({ notes = [] }) => notes),
      paint,
    ),
    racesSection(races, paint),
  ];
  const where = of("failed").length > 0 ? [`Each id is a clause of ${subject.spec}`] : [];
  return `${[[title, ...counts].join("\n"), ...sections.flat(), ...where].join("\n\n")}\n`;
}

/** What a failed case says, without its own name. */
export function failureText({ id, title, error }: Pick<CaseResult, "id" | "title" | "error">): string {
  const text = error?.message ?? "";
  const head = `${id} ${title}\n`;
  return text.startsWith(head) ? text.slice(head.length) : text;
}

function failed(result: CaseResult, paint: Paint): string {
  const lines = failureText(result).split("\n");
  return [named(result, paint), ...lines.map((line) => `    ${line}`)].join("\n");
}

function named({ id, level, title }: CaseResult, paint: Paint): string {
  return `  ${paint("bold", id)} (${level}) ${title}`;
}

function section(title: string, style: Style, entries: readonly string[], paint: Paint): string[] {
  return entries.length === 0 ? [] : [`${paint(style, title)}\n${entries.join("\n")}`];
}

/** Cases of which the same is to be said, in one entry. */
function grouped(results: readonly CaseResult[], sayings: (result: CaseResult) => readonly string[]): string[] {
  const ids = new Map<string, string[]>();
  for (const result of results) {
    for (const saying of sayings(result)) ids.set(saying, [...(ids.get(saying) ?? []), result.id]);
  }
  return [...ids].map(([saying, found]) => `  ${saying}: ${found.join(", ")}`);
}

function racesSection(races: Outcome["races"], paint: Paint): string[] {
  if (races === undefined) return [];
  if ("passed" in races) return [`${paint("green", "Races between processes")}\n  ${races.passed}`];
  return [`${paint("red", "Races between processes failed")}\n  ${races.failed.replaceAll("\n", "\n  ")}`];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
