// What `npm test` does once everything is installed:  tsx tools/run/main.ts [stage…]
import { join } from "node:path";
import { readManifest, repositoryRoot } from "../lib/workspace.js";
import { closingLine } from "./counts.js";
import { runStages } from "./run-stages.js";
import { type Stage, stages } from "./stages.js";

const scripts: { readonly [name: string]: string } = Object(
  readManifest(join(repositoryRoot, "package.json"))["scripts"],
);

function commandOf({ script }: Stage): string {
  const command = scripts[script];
  if (command === undefined)
    throw new TypeError(`tools/run/stages.ts names "${script}", package.json has no such script`);
  return command;
}

function chosen(names: readonly string[]): readonly Stage[] {
  if (names.length === 0) return stages.filter(({ onRequest }) => onRequest !== true);
  const unknown = names.find((name) => !stages.some(({ script }) => script === name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no stage "${unknown}". Stages: ${stages.map(({ script }) => script).join(", ")}`);
  }
  const wanted = new Set<string>();
  const want = (name: string) => {
    wanted.add(name);
    for (const earlier of stages.find(({ script }) => script === name)?.after ?? []) want(earlier);
  };
  names.forEach(want);
  return stages.filter(({ script }) => wanted.has(script));
}

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

const total = await runStages(chosen(process.argv.slice(2)), { commandOf, print: console.log, signal: stop.signal });
console.log(`\n${closingLine(total)}`);
if (total.failed > 0) process.exitCode = 1;
