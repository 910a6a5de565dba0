// The two commands on a machine that has Node and npm and nothing else, so this file uses nothing else:
//
//   npm start               install, build, run the demo; runs it again when it crashes on purpose
//   npm test [stage…]       install, then every stage of tools/run/stages.ts
//   npm run demo:storm      install, build, run the demo's storm; options after --
//   npm run test:dynamodb-local   install, fetch AWS's DynamoDB Local, and run the store's tests on it
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const CACHE = join(ROOT, "node_modules", ".cache", "oncekey");
const OLDEST_NODE = [20, 19];

/** The demo leaves with this code when a request asks for a crash; see `x-demo-fault` in apps/demo. */
const CRASHED_ON_PURPOSE = 75;

const windows = process.platform === "win32";
const [command = "", ...rest] = process.argv.slice(2);

const commands = {
  start: async () => {
    await prepare("build");
    await demo();
  },
  storm: async () => {
    await prepare("build");
    process.exitCode = (await demoScript("storm", rest)).code;
  },
  test: async () => {
    await prepare();
    const { code } = await foreground(process.execPath, ["--import", "tsx", "tools/run/main.ts", ...rest]);
    process.exitCode = code;
  },
  "dynamodb-local": async () => {
    await prepare();
    const tests = ["run", "--project", "services", "packages/stores/dynamodb", "tools/services/dynamodb"];
    const env = { ...process.env, ONCEKEY_DYNAMODB_LOCAL: "1" };
    process.exitCode = (await foreground("vitest", [...tests, ...rest], { env, shell: windows })).code;
  },
};

try {
  const chosen = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (chosen === undefined) throw new Error(`Say one of: ${Object.keys(commands).join(", ")}. Not "${command}".`);
  refuseOldNode();
  await chosen();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Error(`Oncekey needs Node ${OLDEST_NODE.join(".")} or later. This is Node ${process.versions.node}.`);
}

async function prepare(...scripts) {
  process.env.TURBO_TELEMETRY_DISABLED = "1";
  process.env.npm_config_update_notifier = "false";
  process.env.PATH = [join(ROOT, "node_modules", ".bin"), pnpmFolder(), process.env.PATH]
    .filter(Boolean)
    .join(delimiter);
  await install();
  for (const script of scripts) await stage(script, "pnpm", ["run", script]);
}

/** Where pnpm is, or undefined if it is on PATH already. turbo runs pnpm by name, so `npx pnpm` alone would not do. */
function pnpmFolder() {
  const wanted = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).packageManager;
  const present = spawnSync("pnpm", ["--version"], { cwd: ROOT, encoding: "utf8", shell: windows });
  if (present.status === 0 && `pnpm@${present.stdout.trim()}` === wanted) return undefined;
  const note = join(CACHE, "pnpm-folder");
  const [known, folder] = existsSync(note) ? readFileSync(note, "utf8").split("\n") : [];
  if (known === wanted && folder !== undefined && existsSync(join(folder, "pnpm"))) return folder;
  return fetchPnpm(wanted, note);
}

function fetchPnpm(wanted, note) {
  const ask = ["-y", `--package=${wanted}`, "-c", 'node -p "process.env.PATH"'];
  const fetched = spawnSync("npx", ask, { cwd: ROOT, encoding: "utf8", shell: windows });
  const folder = fetched.stdout
    ?.trim()
    .split(delimiter)
    .find((entry) => existsSync(join(entry, "pnpm")));
  if (fetched.status !== 0 || folder === undefined) {
    throw new Error(`npx could not fetch ${wanted}:\n${fetched.error ?? fetched.stderr}`);
  }
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(note, `${wanted}\n${folder}`);
  return folder;
}

/** Skipped when nothing that decides the outcome has changed since it last succeeded. */
async function install() {
  const stamp = join(CACHE, "installed");
  const wanted = fingerprintOfManifests();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(stamp, { force: true });
  await stage("install", "pnpm", ["install", "--frozen-lockfile"]);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(stamp, wanted);
}

function fingerprintOfManifests() {
  const hash = createHash("sha256").update(process.version);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifestsBelow("")]) {
    hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest("hex");
}

function manifestsBelow(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === "package.json") return [path];
    const isOurs = entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".");
    return isOurs ? manifestsBelow(path) : [];
  });
}

/** Runs quietly: one line when it is done, everything it said if it fails. */
async function stage(name, program, args) {
  const begun = performance.now();
  process.stdout.write(process.stdout.isTTY ? `… ${name}` : "");
  const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], shell: windows });
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const { code } = await ended(child);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(6);
  process.stdout.write(
    `${process.stdout.isTTY ? "\r" : ""}${code === 0 ? "✓" : "✗"} ${name.padEnd(20)} ${seconds} s\n`,
  );
  if (code !== 0) throw new Error(`${Buffer.concat(output)}\n${name} failed`);
}

async function demo() {
  for (;;) {
    const { code, stopped } = await demoScript("start");
    if (stopped || code !== CRASHED_ON_PURPOSE) {
      process.exitCode = stopped ? 0 : code;
      return;
    }
    console.log(`The demo crashed, as it was asked to (exit code ${CRASHED_ON_PURPOSE}). Starting it again.`);
  }
}

/** Runs a script of the demo's package.json itself: pnpm would turn its exit code into 1. */
function demoScript(name, args = []) {
  const cwd = join(ROOT, "apps", "demo");
  const manifest = join(cwd, "package.json");
  const script = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).scripts?.[name] : undefined;
  if (script === undefined) throw new Error(`There is no script "${name}" in apps/demo/package.json.`);
  const env = { ...process.env, PATH: [join(cwd, "node_modules", ".bin"), process.env.PATH].join(delimiter) };
  const command = [script, ...args.map((argument) => JSON.stringify(argument))].join(" ");
  return foreground(command, [], { cwd, env, shell: true });
}

/** Runs with this terminal until it ends. It is a group of its own, so that Ctrl-C reaches all of it, once, from here. */
async function foreground(program, args, options) {
  const child = spawn(program, args, { cwd: ROOT, stdio: "inherit", detached: !windows, ...options });
  let stopped = false;
  const handOn = (signal) => {
    stopped = true;
    if (windows) child.kill(signal);
    else process.kill(-child.pid, signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, handOn);
  const { code } = await ended(child);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, handOn);
  return { code, stopped };
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? 128 + (constants.signals[signal] ?? 0) }));
  });
}
