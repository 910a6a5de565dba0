import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Names under which distributions install it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const INSTALL_WITHIN_MS = 240_000;

/** For a container, where its sandbox does not work as root, and for a test, which asks the network for nothing. */
export const browserFlags: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * A Chromium to test pages in: the path of its program.
 *
 * `CHROMIUM` names one; otherwise it is looked for on PATH. On Debian, where this runs as root and there is none, it is
 * installed with apt-get.
 *
 * @throws Error saying what to install.
 */
export async function findBrowser(): Promise<string> {
  const given = process.env["CHROMIUM"];
  if (given !== undefined && given !== "") return given;
  return installed() ?? (await install()) ?? refuse();
}

function installed(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, MAC].find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: either way not the one.
    return false;
  }
}

async function install(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !isProgram("/usr/bin/apt-get")) return undefined;
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, timeout: INSTALL_WITHIN_MS };
  try {
    await run("apt-get", ["update", "-q"], options);
    await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"], options);
  } catch (cause) {
    throw new Error("apt-get could not install chromium, which the tests of the demo's page need.", { cause });
  }
  return installed();
}

function refuse(): never {
  throw new Error(
    "The tests of the demo's page need a Chromium, and there is none on PATH. Install one " +
      "(Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask google-chrome), or name it with CHROMIUM.",
  );
}
