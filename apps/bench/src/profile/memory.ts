import { createHash } from "node:crypto";
import { MemoryStore } from "@oncekey/core";
import type { Arena, Contender } from "../stores/contender.js";
import { engineContender, storeContender } from "../stores/ours.js";
import { answer, request } from "../stores/payload.js";

/** More than are asked for: nothing is refused. */
const MOST_ENTRIES = 100_000_000;

/** A Map and a hash of the body: no scope, lease, owner, time-out or retention. */
function handWritten(): Contender {
  const kept = new Map<string, { readonly digest: string; readonly answer?: string }>();
  const digestOf = () => createHash("sha256").update(request.body).digest("hex");
  return {
    name: "hand-written Map",
    driver: "memory",
    role: "floor",
    prepare: async (path, keys) => {
      const done = { digest: digestOf(), answer: JSON.stringify(answer) };
      for (const key of keys) kept.set(key, path === "replay" ? done : { digest: done.digest });
    },
    run: async (key) => {
      const digest = digestOf();
      const known = kept.get(key);
      if (known !== undefined) {
        if (known.digest !== digest) throw new Error("The key is another request's.");
        if (known.answer === undefined) return "in-progress";
        JSON.parse(known.answer);
        return "replayed";
      }
      kept.set(key, { digest });
      const ran = await Promise.resolve(answer);
      kept.set(key, { digest, answer: JSON.stringify(ran) });
      return "ran";
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
        handWritten(),
        storeContender("MemoryStore", "memory", store),
        engineContender("Oncekey over MemoryStore", "memory", store),
      ],
      close: async () => {},
    }),
    commandsOf: async () => new Map(),
    stop: async () => {},
  };
}
