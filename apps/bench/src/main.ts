// pnpm bench                                             compares all stores with their floor and with other libraries,
//                                                        and writes docs/bench
// pnpm bench [--quick] [--store NAME …] [--out FOLDER]   prints that, or writes it into the folder
// pnpm bench http [--quick] [--framework NAME …] [--out FOLDER] [--profiles FOLDER]
//                                                        the same for frameworks over HTTP, with processor profiles
// pnpm bench profile [--quick] [--store NAME …] [--path NAME …] [--callers NUMBER …] [--contender TEXT …]
//                                                        prints where the time of a request goes, at client and server
// pnpm bench [--quick] NAME …                            runs the suites whose names contain one of the words
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareHttp } from "./http/compare.js";
import type { Framework } from "./http/contender.js";
import { frameworks } from "./http/frameworks/index.js";
import { httpReport, writeHttpReport } from "./http/report.js";
import { FULL_HTTP, QUICK_HTTP } from "./http/rounds.js";
import { processes } from "./http/target.js";
import { machine } from "./machine.js";
import { FULL, measure, QUICK } from "./measure.js";
import { FULL_PROFILE, profiledArenas, profiledPaths, profileStore, QUICK_PROFILE } from "./profile/index.js";
import { markdown } from "./report.js";
import { arenas, type Comparison, compare } from "./stores/compare.js";
import { report, writeReport } from "./stores/report.js";
import { FULL_ROUNDS, QUICK_ROUNDS } from "./stores/rounds.js";
import { suites } from "./suites.js";

const { values, positionals } = parseArgs({
  options: {
    quick: { type: "boolean" },
    store: { type: "string", multiple: true },
    framework: { type: "string", multiple: true },
    out: { type: "string" },
    profiles: { type: "string" },
    path: { type: "string", multiple: true },
    callers: { type: "string", multiple: true },
    contender: { type: "string", multiple: true },
  },
  allowPositionals: true,
});
const names = positionals.filter((name) => name !== "--");
if (names.length === 1 && names[0] === "http") await compareFrameworks();
else if (names.length === 1 && names[0] === "profile") await profileStores();
else if (names.length > 0) await runSuites(names);
else await compareStores();

async function runSuites(names: readonly string[]): Promise<void> {
  const chosen = suites.filter(({ name }) => names.some((part) => name.includes(part)));
  if (chosen.length === 0)
    fail(`No suite is called ${names.join(" or ")}. There are: http, ${suites.map(({ name }) => name).join(", ")}.`);
  console.log(machine());
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
}

async function compareStores(): Promise<void> {
  const effort = values.quick ? QUICK_ROUNDS : FULL_ROUNDS;
  const comparisons: Comparison[] = [];
  for (const name of values.store ?? Object.keys(arenas)) {
    const open = arenas[name] ?? fail(`No store is called ${name}. There are: ${Object.keys(arenas).join(", ")}.`);
    comparisons.push(await compare(open, effort, (line) => console.error(line)));
  }
  const local = process.env["ONCEKEY_DYNAMODB_LOCAL"] === "1" ? "ONCEKEY_DYNAMODB_LOCAL=1 " : "";
  const flags = [values.quick ? " --quick" : "", ...(values.store ?? []).map((name) => ` --store ${name}`)].join("");
  const conditions = { command: `${local}pnpm bench${flags}`, effort };
  const folder = folderOf(values.out, values.quick === true || values.store !== undefined);
  if (folder === undefined) console.log(report(comparisons, conditions));
  else writeReport(folder, comparisons, conditions);
}

async function profileStores(): Promise<void> {
  const paths = (values.path ?? ["first", "replay"]).map(
    (name) =>
      profiledPaths.find((path) => path === name) ??
      fail(`No path is called ${name}. There are: ${profiledPaths.join(", ")}.`),
  );
  const callers = (values.callers ?? ["1", "64"]).map((text) =>
    /^[1-9]\d{0,3}$/.test(text) ? Number(text) : fail(`--callers ${text}: a whole number from 1 to 9999.`),
  );
  const effort = values.quick ? QUICK_PROFILE : FULL_PROFILE;
  console.log(machine());
  for (const name of values.store ?? Object.keys(profiledArenas)) {
    const known = Object.keys(profiledArenas).join(", ");
    const open = profiledArenas[name] ?? fail(`No store is called ${name}. There are: ${known}.`);
    console.log(await profileStore(open, { paths, callers, only: values.contender ?? [], effort }));
  }
}

async function compareFrameworks(): Promise<void> {
  const effort = values.quick ? QUICK_HTTP : FULL_HTTP;
  const chosen: Framework[] = [];
  for (const name of values.framework ?? Object.keys(frameworks)) {
    const load = frameworks[name];
    if (load === undefined) fail(`No framework is called ${name}. There are: ${Object.keys(frameworks).join(", ")}.`);
    chosen.push(await load());
  }
  const profiles = values.profiles === undefined ? undefined : fromCaller(values.profiles);
  const run = await compareHttp(
    chosen,
    effort,
    (line) => console.error(line),
    (url) => processes(url, profiles),
  );
  const flags = [
    values.quick ? " --quick" : "",
    ...(values.framework ?? []).map((name) => ` --framework ${name}`),
  ].join("");
  const conditions = { command: `pnpm bench http${flags}`, effort };
  const partial = values.quick === true || values.framework !== undefined || profiles !== undefined;
  const folder = folderOf(values.out, partial);
  if (folder === undefined) console.log(httpReport(run, conditions));
  else writeHttpReport(folder, run, conditions);
}

/** Where results go: what is only a part, or measured in haste, does not become the documentation unasked. */
function folderOf(out: string | undefined, partial: boolean): string | undefined {
  if (out !== undefined) return fromCaller(out);
  return partial ? undefined : fileURLToPath(new URL("../../../docs/bench", import.meta.url));
}

/** A path as the caller meant it: package managers run scripts in the folder of the package. */
function fromCaller(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? ".", path);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
