import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machine } from "../machine.js";
import { today } from "../tables.js";
import { chart } from "./chart.js";
import type { Comparison } from "./compare.js";
import { FULL_ROUNDS, type RoundsEffort } from "./rounds.js";
import { section } from "./table.js";

/** How it was measured. */
export interface Conditions {
  readonly command: string;
  readonly effort: RoundsEffort;
}

const HASTE = `**In haste**: round trips, bytes and commands hold; speeds of so few and so short rounds do not, least of all where the load
says that others were at work. A run without \`--quick\` on a quiet machine replaces this.`;

/** Everything as one Markdown document. */
export function report(comparisons: readonly Comparison[], { command, effort }: Conditions): string {
  return `# The stores against their floor, and against others

Written by \`${command}\` on ${today()}. ${machine()}
${effort.rounds < FULL_ROUNDS.rounds ? `\n${HASTE}\n` : ""}
![Speed by the bare driver's](results.svg)

Speeds of one table compare; those of different tables, and of different runs, do not. The contenders of a table took turns
on one server, ${effort.rounds} rounds of about ${effort.batchMs} ms each, in another order each round. *Speed ÷ floor* is the
median of the ratios of the rounds to the bare driver's, and where the middle half of them lies; *speed ÷ Oncekey* is that of
another library by that of Oncekey with the same driver, which takes a fingerprint of the request as well. *Client µs* is
processor time of the client's process for one request. Round trips and bytes were counted by a proxy, commands by the server
(by the SDK for DynamoDB), for one request after the other, before anything was timed. A command that a script issues counts
beside the script. Every answer was looked at: a wrong one ends the run.

${comparisons.map(section).join("\n")}`;
}

/** Writes `results.md` and `results.svg` into a folder. */
export function writeReport(folder: string, comparisons: readonly Comparison[], conditions: Conditions): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "results.md"), `${report(comparisons, conditions).trimEnd()}\n`);
  writeFileSync(join(folder, "results.svg"), chart(comparisons, `${conditions.command}, ${today()}. ${machine()}`));
}
