import { randomBytes } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import type { Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ask, type Claim, close, listen } from "./socket.js";

/** This process's socket in the folder. */
interface Candidate {
  readonly name: string;
  held: boolean;
  withdraw(): Promise<void>;
}

const NAME = /^lock-.+\.sock$/;
const LOOK_AGAIN_MS = 20;
const LOOKS = 100;

/**
 * Takes the lock where sockets are files, which outlive a killed process. Answers who has it, if somebody does.
 *
 * Each process shows a socket under a name that nobody else ever uses, and then looks at the others: a dead one is
 * deleted, and the folder is its own only if it saw no living one. Of two processes the one that showed its socket later
 * sees the other, so there are never two. Among several that only try, those that see a smaller name step back.
 */
export async function lockByFiles(folder: string): Promise<{ release(): Promise<void> } | Claim> {
  for (;;) {
    const own = await show(folder);
    const rival = await contest(folder, own);
    if (rival === undefined) {
      own.held = true;
      return { release: () => own.withdraw() };
    }
    await own.withdraw();
    if (rival.held) return rival;
    await delay(LOOK_AGAIN_MS * (1 + Math.random()));
  }
}

/** Listens before the name can be seen: a socket on which nobody listens yet looks dead. */
async function show(folder: string): Promise<Candidate> {
  const name = `lock-${process.pid}-${randomBytes(6).toString("hex")}.sock`;
  const hidden = join(folder, `new-${name}`);
  const shown = join(folder, name);
  const candidate = { name, held: false, withdraw: () => withdraw(server, shown) };
  const server = await listen(hidden, () => ({ held: candidate.held, pid: String(process.pid) }));
  if (server === undefined) throw new Error(`${hidden} is in use, though its name is random`);
  await rename(hidden, shown);
  return candidate;
}

async function withdraw(server: Server | undefined, shown: string): Promise<void> {
  await rm(shown, { force: true });
  if (server !== undefined) await close(server);
}

/** Resolves with who stands in the way, or with nobody. One with a greater name will step back: it is waited for. */
async function contest(folder: string, own: Candidate): Promise<Claim | undefined> {
  let inTheWay: Claim | undefined;
  for (let looks = 0; looks < LOOKS; looks++) {
    const others = await living(folder, own.name);
    inTheWay = others.find(({ claim }) => claim.held)?.claim ?? others.find(({ name }) => name < own.name)?.claim;
    if (inTheWay !== undefined || others.length === 0) return inTheWay;
    inTheWay = others[0]?.claim;
    await delay(LOOK_AGAIN_MS);
  }
  return inTheWay;
}

async function living(folder: string, own: string): Promise<{ readonly name: string; readonly claim: Claim }[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name) && name !== own);
  const asked = await Promise.all(names.map(async (name) => ({ name, claim: await ask(join(folder, name)) })));
  return Promise.all(
    asked.map(async ({ name, claim }) => {
      if (claim !== undefined) return [{ name, claim }];
      await rm(join(folder, name), { force: true });
      return [];
    }),
  ).then((found) => found.flat());
}
