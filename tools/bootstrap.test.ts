// The two commands, on a small repository in a temporary folder whose pnpm only notes what it was asked for.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";

const roots: string[] = [];
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function repository(demo: string): string {
  const root = mkdtempSync(join(tmpdir(), "oncekey-bootstrap-"));
  roots.push(root);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write("package.json", JSON.stringify({ packageManager: "pnpm@10.0.0" }));
  write("pnpm-lock.yaml", "");
  write("pnpm-workspace.yaml", "");
  write("apps/demo/package.json", JSON.stringify({ scripts: { start: "node demo.mjs" } }));
  write("apps/demo/demo.mjs", demo);
  write("bin/pnpm", `#!/bin/sh\n[ "$1" = --version ] && echo 10.0.0 && exit\necho "$@" >> "${root}/asked"\n`);
  chmodSync(join(root, "bin/pnpm"), 0o755);
  mkdirSync(join(root, "tools"));
  copyFileSync(fileURLToPath(new URL("./bootstrap.mjs", import.meta.url)), join(root, "tools/bootstrap.mjs"));
  return root;
}

function bootstrap(root: string, ...args: string[]) {
  const env = { ...process.env, PATH: [join(root, "bin"), process.env["PATH"]].join(delimiter) };
  const child = spawn(process.execPath, [join(root, "tools/bootstrap.mjs"), ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let output = "";
  const until = new Promise<void>((resolve) => {
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("ready")) resolve();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
  });
  return { child, ready: until, ended: once(child, "close").then(([code]) => code), output: () => output };
}

const asked = (root: string) => readFileSync(join(root, "asked"), "utf8").trim().split("\n");

it("installs and builds, then runs the demo; the second time it does not install again", async () => {
  const root = repository("");
  expect(await bootstrap(root, "start").ended).toBe(0);
  expect(await bootstrap(root, "start").ended).toBe(0);
  expect(asked(root)).toEqual(["install --frozen-lockfile", "run build", "run build"]);
});

it("installs again when a manifest has changed", async () => {
  const root = repository("");
  await bootstrap(root, "start").ended;
  writeFileSync(join(root, "pnpm-lock.yaml"), "changed: true");
  await bootstrap(root, "start").ended;
  expect(asked(root).filter((line) => line.startsWith("install"))).toHaveLength(2);
});

it("starts a demo that crashed on purpose again, and passes on any other end", async () => {
  const lives = `import { appendFileSync, readFileSync } from "node:fs";
    appendFileSync("lives", "|");
    process.exitCode = readFileSync("lives", "utf8").length < 3 ? 75 : 4;`;
  const run = bootstrap(repository(lives), "start");
  expect(await run.ended).toBe(4);
  expect(run.output().match(/Starting it again/g)).toHaveLength(2);
});

it.each(["SIGINT", "SIGTERM"] as const)("stops the demo on %s and ends well", async (signal) => {
  const serves = `process.on("${signal}", () => { console.log("closed in good order"); process.exit(75); });
    setInterval(() => {}, 1000);
    console.log("ready");`;
  const run = bootstrap(repository(serves), "start");
  await run.ready;
  run.child.kill(signal);
  expect(await run.ended).toBe(0);
  expect(run.output()).toContain("closed in good order");
});

it("says what it can do when asked for something else", async () => {
  const run = bootstrap(repository(""), "dance");
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('Say one of: start, storm, test, dynamodb-local. Not "dance".');
});

it("shows what a failed step said", async () => {
  const root = repository("");
  writeFileSync(
    join(root, "bin/pnpm"),
    "#!/bin/sh\n[ $1 = --version ] && echo 10.0.0 && exit\necho no such package >&2; exit 9\n",
  );
  const run = bootstrap(root, "start");
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain("no such package");
  expect(run.output()).toContain("install failed");
});
