import { createHash } from "node:crypto";
import { once } from "node:events";
import { rename, rm, stat } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { codeOf, StartUpError } from "../start-up-error.js";

/** Held from now to `release()` or to the end of the process, however it ends. */
export interface FolderLock {
  release(): Promise<void>;
}

/** How a lock is taken: `undefined` where somebody else has it. Both kinds answer a caller with the holder's pid. */
interface Place {
  /** What to connect to. */
  readonly address: string;
  listen(): Promise<Server | undefined>;
}

const ANSWER_WITHIN_MS = 2_000;
const ROUNDS = 5;

/**
 * Makes this process the only one that uses a folder.
 *
 * The lock is a listening socket, because the system takes that away with its process at once: there is nothing to clean
 * up after a crash. On Linux it has a name outside the file system, on Windows it is a named pipe; to listen on such a
 * name is one step that only one process can take. Elsewhere it is a file in the folder, and a
 * stale one is put aside first. Linux's names belong to a network namespace: two containers that share a folder do not see each other's.
 *
 * @throws StartUpError naming the folder and the holder's process id.
 */
export async function lockFolder(folder: string, platform: string = process.platform): Promise<FolderLock> {
  const place = await placeFor(folder, platform);
  // The holder may be just ending, or be known to the system a moment before it answers.
  for (let round = 0; round < ROUNDS; round++) {
    const server = await place.listen();
    if (server !== undefined) return { release: () => close(server) };
    const holder = await holderOf(place.address);
    if (holder !== undefined) throw inUse(folder, holder);
  }
  throw inUse(folder, "that does not answer");
}

function inUse(folder: string, holder: string): StartUpError {
  return new StartUpError(
    `The folder ${folder} is in use by another process (pid ${holder}), and two at once would damage the data in it. ` +
      "Stop that one, or set DEMO_DATA_DIR to another folder.",
  );
}

async function placeFor(folder: string, platform: string): Promise<Place> {
  if (platform !== "linux" && platform !== "win32") return fileIn(folder);
  // By what the folder is, not by how its path is written.
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = `oncekey-demo-${createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 32)}`;
  const address = platform === "linux" ? `\0${name}` : `\\\\.\\pipe\\${name}`;
  return { address, listen: () => listen(address) };
}

function fileIn(folder: string): Place {
  const address = join(folder, "lock.sock");
  return { address, listen: () => listenAtFile(address) };
}

/**
 * Puts a file aside on which nobody listens any more, and takes its place.
 *
 * It is moved before it is deleted, and looked at again: if somebody else took the place in between, it is put back.
 */
async function listenAtFile(address: string): Promise<Server | undefined> {
  const server = await listen(address);
  if (server !== undefined || (await holderOf(address)) !== undefined) return server;
  const aside = `${address}.${process.pid}`;
  if (!(await moved(address, aside))) return undefined;
  if ((await holderOf(aside)) !== undefined) await rename(aside, address);
  else await rm(aside, { force: true });
  return listen(address);
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function listen(address: string): Promise<Server | undefined> {
  const server = createServer((caller) => {
    caller.on("error", () => caller.destroy());
    caller.end(String(process.pid));
  });
  try {
    server.listen(address);
    await once(server, "listening");
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") return undefined;
    if (codeOf(error) !== "EINVAL" && codeOf(error) !== "ENAMETOOLONG") throw error;
    throw new StartUpError(`The path ${address} is too long for a socket. Set DEMO_DATA_DIR to a shorter one.`, {
      cause: error,
    });
  }
  // Whoever waits for nothing but the lock may leave.
  server.unref();
  return server;
}

/** The process id that the holder tells; undefined where nobody listens. */
async function holderOf(address: string): Promise<string | undefined> {
  const caller = connect(address);
  caller.setEncoding("utf8").setTimeout(ANSWER_WITHIN_MS, () => caller.destroy(new Error("no answer")));
  let answer = "";
  try {
    for await (const text of caller) answer += text;
  } catch (error) {
    if (["ECONNREFUSED", "ENOENT", "ECONNRESET"].includes(String(codeOf(error)))) return undefined;
    return "that does not answer";
  }
  return answer === "" ? undefined : answer;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
