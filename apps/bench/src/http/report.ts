import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BarRole, type Chart, draw, type Section } from "../chart.js";
import { machine } from "../machine.js";
import type { Spread } from "../measure.js";
import { count, share, table, today } from "../tables.js";
import type { HttpComparison, HttpRun } from "./compare.js";
import { type Path, type Role, titles } from "./contender.js";
import { FULL_HTTP, type HttpEffort, type HttpResult } from "./rounds.js";

/** How it was measured. */
export interface HttpConditions {
  readonly command: string;
  readonly effort: HttpEffort;
}

const roles: readonly Role[] = ["unprotected", "floor", "engine", "twin", "peer"];
const guarded: readonly Path[] = ["first", "replay"];

const HASTE = `**In haste**: so few and so short rounds say little of speeds and of p99, least of all where the load says that others were
at work; the ratios of processor time are the best of it. A run without \`--quick\` on a quiet machine replaces this.`;

/** Everything as one Markdown document. */
export function httpReport({ redis, comparisons }: HttpRun, { command, effort }: HttpConditions): string {
  return `# Over HTTP: every framework against its floor, and against others

Written by \`${command}\` on ${today()}. ${machine()} ${redis}.
${effort.rounds < FULL_HTTP.rounds ? `\n${HASTE}\n` : ""}
![Speed by the hand-written floor's](http.svg)

A \`POST\` of a JSON order, answered with 201 and 360 bytes of JSON: on a route without protection, with a new key (first
request), and with a key that has been answered (replay). The **floor** is the least that could be written by hand in each
framework, inside the handler: a SHA-256 of the body, one \`SET NX GET PX\`, one \`SET PX\`, which is awaited before the answer.
It has no lease, no owner, no time-out, no scope but a prefix, keeps no header and knows JSON only. **Oncekey** is the binding
with \`RedisStore\`, all defaults and a scope. Floor and Oncekey use ioredis. Other libraries come with node-redis 4, which joins
the commands of many requests into one write, so they are compared with Oncekey over that. \`@node-idempotency/core\` is that
library's core, called in the handler as its plugins do; only its plugin for NestJS could be had.

Each contender is a process of its own, on one Redis; another process asks, on ${comparisons[0]?.framework.atOnce ?? 0} connections that stay. The contenders
of a framework took turns, ${effort.rounds} rounds of about ${effort.batchMs} ms on each path, in another order each round. Ratios are medians of the
ratios of the rounds, and where the middle half of them lies; compare them within one table. *CPU µs* is processor time of the
server's process for one request, all its threads, the garbage collector's too; it is the surer measure where the machine has
other work. Every answer was looked at, and how often the operation ran was counted: a wrong one ends the run.

## In short

${table(
  [
    "framework",
    "path",
    "speed ÷ floor",
    "CPU ÷ floor",
    "speed ÷ unprotected",
    "the floor's",
    "best other library ÷ Oncekey, node-redis 4",
  ],
  comparisons.flatMap(summaryRows),
).join("\n")}

${comparisons.map(section).join("\n")}`;
}

/** Writes `http.md` and `http.svg` into a folder. */
export function writeHttpReport(folder: string, run: HttpRun, conditions: HttpConditions): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "http.md"), `${httpReport(run, conditions).trimEnd()}\n`);
  writeFileSync(join(folder, "http.svg"), draw(chartOf(run, `${conditions.command}, ${today()}. ${machine()}`)));
}

function summaryRows({ framework, results }: HttpComparison): string[][] {
  return guarded.flatMap((path) => {
    const chosen = results.filter((result) => result.path === path);
    const ours = chosen.find(({ contender }) => contender.role === "engine");
    const floor = chosen.find(({ contender }) => contender.role === "floor");
    const others = chosen.flatMap(({ contender, byOncekey }) =>
      byOncekey === undefined ? [] : [{ name: contender.name, ratio: byOncekey }],
    );
    const [best] = others.toSorted((one, other) => other.ratio.median - one.ratio.median);
    return [
      [
        framework.title,
        titles[path],
        ratio(ours?.byFloor),
        ratio(ours?.cpuByFloor),
        median(ours?.byUnprotected),
        median(floor?.byUnprotected),
        best === undefined ? "" : `${median(best.ratio)} (${best.name})`,
      ],
    ];
  });
}

function section({ framework, results }: HttpComparison): string {
  const head = [
    "path",
    "contender",
    "per second (middle half)",
    "p50 ms",
    "p99 ms",
    "CPU µs",
    "speed ÷ floor",
    "CPU ÷ floor",
    "speed ÷ unprotected",
    "speed ÷ Oncekey, node-redis 4",
  ];
  const rows = [...results].sort((one, other) => order(one) - order(other)).map(row);
  return [
    `## ${framework.title}`,
    "",
    ...framework.notes.flatMap((note) => [`- ${note}`]),
    "",
    ...table(head, rows),
    "",
  ].join("\n");
}

/** Path by path; the floor, ours, the others. */
function order({ path, contender }: HttpResult): number {
  return Object.keys(titles).indexOf(path) * roles.length + roles.indexOf(contender.role);
}

function row(result: HttpResult): string[] {
  const { contender, path, perSecond, p50Ms, p99Ms, cpuMicroseconds, byFloor, cpuByFloor, byUnprotected } = result;
  const isFloor = contender.role === "floor";
  return [
    titles[path],
    contender.name,
    count(perSecond),
    p50Ms.toFixed(2),
    p99Ms.toFixed(2),
    cpuMicroseconds.median.toFixed(0),
    isFloor ? "1" : ratio(byFloor),
    isFloor ? "1" : ratio(cpuByFloor),
    contender.role === "unprotected" ? "1" : median(byUnprotected),
    median(result.byOncekey),
  ];
}

function ratio(spread: Spread | undefined): string {
  return spread === undefined ? "" : share(spread);
}

function median(spread: Spread | undefined): string {
  return spread === undefined ? "" : spread.median.toFixed(2);
}

function chartOf({ comparisons }: HttpRun, caption: string): Chart {
  return {
    title: "Requests per second by the hand-written floor's",
    caption,
    description: "Speed of Oncekey's bindings and of other libraries, by the least that could be written by hand",
    legend: [
      ["engine", "Oncekey"],
      ["store", "Oncekey, node-redis 4"],
      ["peer", "other libraries"],
    ],
    sections: comparisons.map(chartSection),
  };
}

function chartSection({ framework, results }: HttpComparison): Section {
  const contenders = framework.contenders.toSorted((one, other) => roles.indexOf(one.role) - roles.indexOf(other.role));
  const rows = contenders.flatMap(({ name, role }) => {
    if (role === "floor" || role === "unprotected") return [];
    const bar: BarRole = role === "twin" ? "store" : role;
    const bars = guarded.map(
      (path) => results.find(({ contender, path: own }) => contender.name === name && own === path)?.byFloor,
    );
    return [{ name, role: bar, bars }];
  });
  return { name: framework.title, columns: guarded.map((path) => titles[path]), groups: [{ rows }] };
}
