import { MemoryStore } from "@oncekey/core";
import { handWritten } from "../hand-written.js";
import type { Arena, Contender } from "../stores/contender.js";
import { engineContender, storeContender } from "../stores/ours.js";
import { answer, body } from "../stores/payload.js";

/** More than are asked for: nothing is refused. */
const MOST_ENTRIES = 100_000_000;

/** As the bench of the engine has it. */
function floor(): Contender {
  const once = handWritten(body);
  const never = () => new Promise(() => {});
  return {
    name: "hand-written Map",
    driver: "memory",
    role: "floor",
    prepare: async (path, keys) => {
      for (const key of keys) {
        const answered = once(key, path === "replay" ? async () => answer : never);
        if (path === "replay") await answered;
      }
    },
    run: async (key) => {
      let ran = false;
      const given = await once(key, async () => {
        ran = true;
        return answer;
      });
      if (ran) return "ran";
      return given === undefined ? "in-progress" : "replayed";
    },
  };
}

/** This process alone. */
export async function openMemory(): Promise<Arena> {
  const store = new MemoryStore({ maxEntries: MOST_ENTRIES });
  return {
    name: "memory",
    server: "no server",
    url: "",
    notes: [],
    connect: async () => ({
      contenders: [
        floor(),
        storeContender("MemoryStore", "memory", store),
        engineContender("Oncekey over MemoryStore", "memory", store),
      ],
      close: async () => {},
    }),
    commandsOf: async () => new Map(),
    stop: async () => {},
  };
}
