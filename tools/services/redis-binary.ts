import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Either speaks the protocol that the tests need. */
const NAMES = ["redis-server", "valkey-server"] as const;

/** Another test run may be installing something. */
const LOCK_TIMEOUT = "DPkg::Lock::Timeout=120";

/**
 * The path of a Redis or Valkey server: what `REDIS_SERVER` names, or one from the PATH, or else Debian's, which root
 * installs here and now.
 *
 * @throws Error that says what to install.
 */
export async function redisBinary(path = process.env["PATH"] ?? ""): Promise<string> {
  const found = process.env["REDIS_SERVER"] || onPath(path);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw missing();
  await install();
  const installed = onPath(path);
  if (installed === undefined) throw missing();
  return installed;
}

function onPath(path: string): string | undefined {
  const candidates = path.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return candidates.find((candidate) => existsSync(candidate));
}

/** Without starting its service: at runlevel 1 Debian's invoke-rc.d starts nothing. */
async function install(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const arguments_ = ["install", "--yes", "--no-install-recommends", "-o", LOCK_TIMEOUT, "redis-server"];
  try {
    await run("apt-get", arguments_, { env });
  } catch {
    // Most often the lists of packages are missing or old.
    await run("apt-get", ["update", "-o", LOCK_TIMEOUT], { env });
    await run("apt-get", arguments_, { env }).catch((cause: unknown) => {
      throw missing(cause);
    });
  }
}

function missing(cause?: unknown): Error {
  return new Error(
    "No Redis server for this machine. Install one, so that redis-server or valkey-server is on the PATH: " +
      "apt-get install redis-server (Debian, Ubuntu), brew install redis (macOS), dnf install valkey (Fedora).",
    cause === undefined ? undefined : { cause },
  );
}
