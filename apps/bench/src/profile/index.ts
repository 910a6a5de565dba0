import { arenas } from "../stores/compare.js";
import type { Arena } from "../stores/contender.js";
import { openMemory } from "./memory.js";
import { type ProfileChoice, profileArena } from "./profile.js";
import { profileReport } from "./report.js";

/** What can be looked at, by the name on the command line. */
export const profiledArenas: Readonly<Record<string, () => Promise<Arena>>> = { ...arenas, memory: openMemory };

/** Where the time of requests goes on one server, as Markdown. */
export async function profileStore(open: () => Promise<Arena>, choice: ProfileChoice): Promise<string> {
  const arena = await open();
  try {
    return profileReport(`${arena.name}: ${arena.server}`, await profileArena(arena, choice));
  } finally {
    await arena.stop();
  }
}

export { FULL_PROFILE, profiledPaths, QUICK_PROFILE } from "./profile.js";
