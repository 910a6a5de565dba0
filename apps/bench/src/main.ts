// Runs the suites whose names contain one of the arguments, or all.   pnpm bench [--quick] [name …]
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { FULL, measure, QUICK } from "./measure.js";
import { markdown } from "./report.js";
import { suites } from "./suites.js";

const { values, positionals } = parseArgs({ options: { quick: { type: "boolean" } }, allowPositionals: true });
const names = positionals.filter((name) => name !== "--");
const chosen = suites.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
if (chosen.length === 0) {
  console.error(`No suite is called ${names.join(" or ")}. There are: ${suites.map(({ name }) => name).join(", ")}.`);
  process.exit(1);
}

const [processor] = cpus();
console.log(`Node ${process.versions.node}, ${cpus().length} × ${processor?.model ?? "unknown processor"}.`);
console.log("Ratios compare cases of one table, measured in turns; times of different runs do not compare.\n");
for (const suite of chosen) {
  console.log(`## ${suite.name}\n`);
  const { groups, close } = await suite.open();
  try {
    for (const group of groups) console.log(markdown(group, await measure(group, values.quick ? QUICK : FULL)));
  } finally {
    await close();
  }
}
