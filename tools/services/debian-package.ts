import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Another test run may be installing something. */
const LOCK_TIMEOUT = "DPkg::Lock::Timeout=120";

/**
 * What a test needs from this machine: found, or installed from Debian where this runs as root.
 *
 * @param find where it is, or undefined.
 * @param debianPackage the package that brings it.
 * @param remedy what to tell whoever has to install it by hand.
 * @throws Error that says what to install.
 */
export async function foundOrInstalled(
  find: () => string | undefined,
  debianPackage: string,
  remedy: string,
): Promise<string> {
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new Error(remedy);
  try {
    await install(debianPackage);
  } catch (cause) {
    throw new Error(remedy, { cause });
  }
  const installed = find();
  if (installed === undefined) throw new Error(remedy);
  return installed;
}

/** Without starting its service: at runlevel 1 Debian's invoke-rc.d starts nothing. */
async function install(debianPackage: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const arguments_ = ["install", "--yes", "--no-install-recommends", "-o", LOCK_TIMEOUT, debianPackage];
  try {
    await run("apt-get", arguments_, { env });
  } catch {
    // Most often the lists of packages are missing or old.
    await run("apt-get", ["update", "-o", LOCK_TIMEOUT], { env });
    await run("apt-get", arguments_, { env });
  }
}
