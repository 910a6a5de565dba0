import { describe, expect, it } from "vitest";
import { profiledArenas, profileStore } from "./index.js";
import { builtIns, files, partOf, postgresServer, redisServer } from "./parts.js";

const effort = { turns: 1, batches: 1, warmUpMs: 30, batchMs: 30 };

describe("a profile", () => {
  it.each([
    ["memory", ["hand-written", "Oncekey"]],
    ["redis", ["bare ioredis", "RedisStore, ioredis"]],
  ])("of %s has a column for each contender, and a row for each part", async (name, only) => {
    const open = profiledArenas[name] ?? expect.fail();
    const text = await profileStore(open, { paths: ["replay"], callers: [4], only, effort });
    expect(text).toMatch(/^### Replay, 4 at once$/im);
    const [, table = ""] = text.split("| Client, µs for each request | ");
    expect(table.split("\n")[0]?.split(" | ")).toHaveLength(only.length);
    const sums = /^\| sum \| (.*) \|$/m.exec(table)?.[1]?.split(" | ") ?? [];
    expect(sums.map(Number).filter((sum) => sum > 0)).toHaveLength(only.length);
    // Its parts, or why there are none.
    expect(text).toMatch(/Server, µs for each request/);
  });
});

describe("parts", () => {
  it.each([
    ["../../packages/core/src/fingerprint/digest.ts", files, "fingerprint and record's id"],
    ["../../packages/core/src/engine/attempt.ts", files, "the engine"],
    ["../../packages/stores/redis/src/batches.ts", files, "the store"],
    ["file:///x/node_modules/.pnpm/ioredis@6/node_modules/ioredis/built/Command.js", files, "the driver"],
    ["node:internal/process/task_queues", files, "promises and the queue of microtasks"],
    ["writev", builtIns, "writing to sockets"],
    ["hash", builtIns, undefined],
    ["[k] tcp_sendmsg", redisServer, "the kernel: sockets, waking and waiting"],
    ["[k] ext4_da_write_begin", redisServer, "the kernel: files"],
    ["[.] dictFind", redisServer, "finding keys and commands"],
    ["[.] lua_pushlstring", redisServer, "Lua"],
    ["[.] 0x000000000015e6b1", redisServer, "functions without a name"],
    ["[.] _bt_search", postgresServer, "B-tree"],
    ["[.] AllocSetAlloc", postgresServer, "memory"],
  ] as const)("%s", (name, parts, part) => {
    expect(partOf(parts, name)).toBe(part);
  });
});
