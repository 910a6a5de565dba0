import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileJournal } from "@oncekey/client/file-journal";
import { MemoryStore } from "@oncekey/core";
import { RedisStore } from "@oncekey/redis";
import { Redis } from "ioredis";
import { honoApp, protectedApp, type Serve } from "./apps.js";
import { clientApp, inMemory, type Journals } from "./client.js";

const inFiles: Journals = {
  files: () => {
    const folder = mkdtempSync(join(tmpdir(), "oncekey-journal-"));
    return () => fileJournal(folder);
  },
};

/** What a platform that has Node's modules serves, each on a server of its own: every app over every store, and the client. */
export function servers(redisUrl: string): Readonly<Record<string, Serve>> {
  const inRedis = () => new RedisStore(new Redis(redisUrl), { prefix: `${crypto.randomUUID()}:` });
  return {
    "protect, memory": protectedApp(new MemoryStore()),
    "protect, Redis": protectedApp(inRedis()),
    "hono, memory": honoApp(new MemoryStore()),
    "hono, Redis": honoApp(inRedis()),
    client: clientApp({ ...inMemory, ...inFiles }),
  };
}
