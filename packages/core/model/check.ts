/**
 * Explores every configuration and every planted fault, and prints what it found. Names as arguments select some of
 * them, and print the traces of those that are violated: `check:model F1 H3`.
 */
import { configurations } from "./configurations.js";
import { explore, type Report } from "./explore.js";
import { planted } from "./planted.js";
import { describeTrace } from "./trace.js";

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const selected = new Set(process.argv.slice(2));
const isSelected = (name: string): boolean => selected.size === 0 || selected.has(name);

function row(name: string, { states, transitions, seconds }: Report, verdict: string): string {
  const cells = [states.toLocaleString("en"), transitions.toLocaleString("en"), seconds.toFixed(1)];
  return `| ${name.padEnd(4)} | ${cells.map((cell) => cell.padStart(10)).join(" | ")} | ${verdict} |`;
}

const HEAD = "| name |     states | transitions |   seconds |";

function checkConfigurations(): number {
  let violated = 0;
  let states = 0;
  print(`${HEAD} violations |`);
  for (const config of configurations.filter(({ name }) => isSelected(name))) {
    const report = explore(config);
    states += report.states;
    print(row(config.name, report, report.violation === undefined ? "0" : report.violation.property));
    if (report.violation === undefined) continue;
    violated += 1;
    print(describeTrace(report.violation));
  }
  print(`${states.toLocaleString("en")} states, ${violated} violated configurations`);
  return violated;
}

function checkPlanted(): number {
  let missed = 0;
  print(`\n${HEAD} planted fault, and what finds it |`);
  for (const { id, fault, breaks, config } of planted.filter(({ id }) => isSelected(id))) {
    const report = explore(config);
    const { violation } = report;
    const found = violation?.property === breaks;
    if (!found) missed += 1;
    print(row(id, report, `${fault}: ${found ? `${breaks} in ${violation.steps.length} steps` : "MISSED"}`));
    if (selected.size > 0 && violation !== undefined) print(describeTrace(violation));
  }
  print(`${missed} planted faults missed`);
  return missed;
}

const failures = checkConfigurations() + checkPlanted();
process.exitCode = failures === 0 ? 0 : 1;
