import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { StartUpError } from "../../start-up-error.js";
import { lockByFiles } from "./files.js";
import { ask, type Claim, close, listen } from "./socket.js";

/** Held from now to `release()` or to the end of the process, however it ends. */
export interface FolderLock {
  release(): Promise<void>;
}

const ROUNDS = 5;

/**
 * Makes this process the only one that uses a folder.
 *
 * The lock is a listening socket, because the system takes that away with its process at once: there is nothing to clean
 * up after a crash. On Linux it has a name outside the file system, on Windows it is a named pipe; only one process can
 * listen on such a name. Elsewhere it is a file in the folder. Linux's names belong to a network namespace: two
 * containers that share a folder do not see each other's.
 *
 * @throws StartUpError naming the folder and the holder's process id.
 */
export async function lockFolder(folder: string, platform: string = process.platform): Promise<FolderLock> {
  const isNamed = platform === "linux" || platform === "win32";
  const lock = isNamed ? await lockByName(await nameOf(folder, platform)) : await lockByFiles(folder);
  if ("release" in lock) return lock;
  throw new StartUpError(
    `The folder ${folder} is in use by another process (pid ${lock.pid}), and two at once would damage the data in ` +
      "it. Stop that one, or set DEMO_DATA_DIR to another folder.",
  );
}

/** By what the folder is, not by how its path is written. */
async function nameOf(folder: string, platform: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = `oncekey-demo-${createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 32)}`;
  return platform === "linux" ? `\0${name}` : `\\\\.\\pipe\\${name}`;
}

async function lockByName(name: string): Promise<FolderLock | Claim> {
  const claim = { held: true, pid: String(process.pid) };
  // The holder may be just ending: then nobody has it, and it can be tried again.
  for (let round = 0; round < ROUNDS; round++) {
    const server = await listen(name, () => claim);
    if (server !== undefined) return { release: () => close(server) };
    const holder = await ask(name);
    if (holder !== undefined) return holder;
  }
  return { held: true, pid: "unknown, it does not answer" };
}
