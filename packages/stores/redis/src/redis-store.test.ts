import { randomBytes } from "node:crypto";
import { createOncekey, isOncekeyError } from "@oncekey/core";
import { startRedis } from "@oncekey/services";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { drivers } from "../test/drivers.js";
import { completed, freshId, freshVersion, given, HOUR_MS, running } from "../test/harness.js";
import { RedisStore } from "./index.js";

const server = await startRedis();
const redis = new Redis(server.url);
const store = new RedisStore(redis);
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function untilOlder(owner: RedisStore, id: string, ageMs: number): Promise<void> {
  await expect.poll(async () => (await owner.get(id))?.ageMs, { interval: 5 }).toBeGreaterThan(ageMs);
}

/** How often the server has been asked for each command, by clients and scripts. */
async function calls(): Promise<Record<string, number>> {
  const stats = await redis.info("commandstats");
  return Object.fromEntries(
    [...stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)].map(([, name, count]) => [name, Number(count)]),
  );
}

describe.each(drivers)("with $name", async ({ connect }) => {
  const { client, close } = await connect(server.url);
  afterAll(close);
  const own = new RedisStore(client);

  it("each operation does what it says, with bytes of every value", async () => {
    const id = freshId();
    const result = new Uint8Array(randomBytes(70_000));
    expect(await own.get(id)).toBeUndefined();
    expect(await own.replace(id, "v0", "v1", running())).toEqual({ written: false, current: undefined });
    expect(await own.create(id, "v1", running(), HOUR_MS)).toMatchObject({ written: true });
    expect(await own.create(id, "v2", running(), HOUR_MS)).toMatchObject({
      written: false,
      current: { version: "v1" },
    });
    expect(await own.replace(id, "v1", "v2", completed(result))).toMatchObject({ written: true });
    expect(await own.get(id)).toMatchObject({ version: "v2", record: completed(result) });
    expect(await own.remove(id, "v1")).toMatchObject({ written: false, current: { version: "v2" } });
    expect(await own.remove(id, "v2")).toEqual({ written: true });
    expect(await own.get(id)).toBeUndefined();
  });

  it("many at once are each answered for themselves", async () => {
    const claims = Array.from({ length: 200 }, () => ({ id: freshId(), version: freshVersion() }));
    for (let round = 0; round < 2; round++) {
      const writes = await Promise.all(claims.map(({ id, version }) => own.create(id, version, running(), HOUR_MS)));
      expect(writes.map((write) => write.written && write.stored.version)).toEqual(
        claims.map(({ version }) => version),
      );
    }
    const done = await Promise.all(
      claims.map(({ id, version }, index) => own.replace(id, version, "done", completed(Buffer.from(`${index}`)))),
    );
    expect(done.map(({ written }) => written)).not.toContain(false);
    const read = await Promise.all(claims.map(({ id }) => own.get(id)));
    expect(read.map((stored) => stored?.record)).toEqual(
      claims.map((_, index) => completed(Uint8Array.from(Buffer.from(`${index}`)))),
    );
  });

  it("many for one key are answered in their order", async () => {
    const id = freshId();
    const written = { written: true };
    // The first is under way, so that the others wait for each other.
    const answers = await Promise.all([
      own.get(freshId()),
      own.get(id),
      own.create(id, "v1", running(), HOUR_MS),
      own.create(id, "v2", running(), HOUR_MS),
      own.replace(id, "v1", "v3", completed()),
      own.replace(id, "v1", "v4", running()),
      own.replace(id, "v3", "v5", running(2), 2 * HOUR_MS),
      own.get(id),
      own.remove(id, "v3"),
      own.remove(id, "v5"),
      own.get(id),
      own.replace(id, "v5", "v6", running()),
      own.create(id, "v7", running(), HOUR_MS),
    ]);
    const refused = (version: string) => ({ written: false, current: { version } });
    expect(answers).toMatchObject([
      ...[undefined, undefined, written, refused("v1"), written, refused("v3"), written],
      ...[{ version: "v5", record: running(2) }, refused("v5"), written, undefined],
      ...[{ written: false, current: undefined }, written],
    ]);
    expect((await own.get(id))?.version).toBe("v7");
  });

  it("many tell the same age and end as one does", async () => {
    const { id, version } = await given(own, running(), 5_000);
    const other = await given(own, running(), 900);
    const both = () => Promise.all([own.get(freshId()), own.get(id), own.get(other.id)]);
    await untilOlder(own, id, 20);
    for (let round = 0; round < 2; round++) {
      const [, ...many] = await both();
      for (const stored of many) {
        const { ageMs = 0, expiresInMs = 0 } = stored ?? {};
        expect(Math.abs(ageMs + expiresInMs - (stored === many[0] ? 5_000 : 900))).toBe(0);
      }
      const alone = await own.get(id);
      const [, first] = await both();
      expect(alone?.ageMs).toBeGreaterThanOrEqual(many[0]?.ageMs ?? -1);
      expect(first?.ageMs).toBeGreaterThanOrEqual(alone?.ageMs ?? -1);
      // From now on it says itself when it ends.
      const [, write] = await Promise.all([own.get(freshId()), own.replace(id, version, "done", completed(), 5_000)]);
      expect(write.written || round === 1).toBe(true);
    }
  });

  it("a script that the server has forgotten is sent again, also in the middle of many", async () => {
    await redis.script("FLUSH");
    await given(own);
    await redis.script("FLUSH");
    await Promise.all(Array.from({ length: 30 }, () => given(own)));
  });

  it("tells the policy of eviction", async () => {
    expect(await own.evictionPolicy()).toBe("noeviction");
  });
});

describe("round trips", () => {
  const operation = (key: string) => ({ key, scope: "acct_1", fingerprint: "s1:x" });

  /** The commands that clients sent; the rest ran inside the script. */
  async function asked(work: () => Promise<unknown>): Promise<Record<string, number>> {
    await redis.config("RESETSTAT");
    await work();
    const inside = ["set", "get", "mget", "time", "pttl", "getrange", "config", "config|resetstat", "info"];
    return Object.fromEntries(Object.entries(await calls()).filter(([name]) => !inside.includes(name)));
  }

  it("a first request takes two, a replay and a duplicate one, a take-over two and one to complete", async () => {
    const oncekey = createOncekey({ store, leaseMs: 1_000 });
    const key = freshId();
    const run = () => oncekey.execute(operation(key), async () => "done");
    await run();
    expect(await asked(() => oncekey.execute(operation(freshId()), async () => "done"))).toEqual({ evalsha: 2 });
    expect(await asked(run)).toEqual({ evalsha: 1 });

    const held = freshId();
    let duplicate: Record<string, number> = {};
    await oncekey.execute(operation(held), async () => {
      duplicate = await asked(() => oncekey.execute(operation(held), async () => "never"));
    });
    expect(duplicate).toEqual({ evalsha: 1 });

    const { id } = await given(store, { ...running(), leaseMs: 0 });
    expect(
      await asked(async () => {
        const claim = await store.create(id, "late", running(), HOUR_MS);
        if (claim.written || claim.current === undefined) throw new Error("something is to stand");
        await store.replace(id, claim.current.version, "late", running(2), HOUR_MS);
      }),
    ).toEqual({ evalsha: 2 });
  });

  it("many at once share a few, and not one: the server begins before the last of them is written", async () => {
    const many = () => Promise.all(Array.from({ length: 64 }, () => given(store)));
    // Not before it is known that the keys are in one place.
    await expect.poll(async () => (await asked(many))["evalsha"], { timeout: 10_000 }).toBeLessThanOrEqual(12);
    expect((await asked(many))["evalsha"]).toBeGreaterThanOrEqual(6);
  });

  it("and few bytes: the names and the record, and not much besides", async () => {
    const bytes = async () => {
      const stats = await redis.info("stats");
      return [/total_net_input_bytes:(\d+)/, /total_net_output_bytes:(\d+)/].map((field) =>
        Number(field.exec(stats)?.[1]),
      );
    };
    const [inBefore = 0, outBefore = 0] = await bytes();
    const [inAsked = 0, outAsked = 0] = await bytes();
    const { id } = await given(store);
    await store.create(id, "another", running(), HOUR_MS);
    const [inAfter = 0, outAfter = 0] = await bytes();
    const sent = inAfter - inAsked - (inAsked - inBefore);
    const received = outAfter - outAsked - (outAsked - outBefore);
    // Two claims, of an id of 43, a version, a SHA-1 of 40 and a record of 20 bytes; the second is refused.
    expect(sent).toBeGreaterThan(2 * (43 + 40));
    expect(sent).toBeLessThan(2 * 220);
    // INFO grows by a digit now and then.
    expect(received).toBeLessThan(100);
  });
});

describe("what else may stand under a key", () => {
  const unreadable = (error: unknown) => isOncekeyError(error, "RECORD_UNREADABLE");

  it.each([
    ["a list", (key: string) => redis.lpush(key, "a")],
    ["a text", (key: string) => redis.set(key, "text", "PX", HOUR_MS)],
    ["a text for ever", (key: string) => redis.set(key, "text")],
  ])("%s is an error for every operation, and stays; others that are asked for at once go on", async (_, set) => {
    const id = freshId();
    await set(`oncekey:${id}`);
    const others = Promise.all(Array.from({ length: 10 }, () => given(store)));
    for (const attempt of [
      () => store.get(id),
      () => store.create(id, "v1", running(), HOUR_MS),
      () => store.replace(id, "v1", "v2", running()),
      () => store.remove(id, "v1"),
    ]) {
      expect(unreadable(await attempt().catch((error: unknown) => error))).toBe(true);
      await Promise.all([...Array.from({ length: 3 }, () => given(store)), attempt().catch(() => {})]);
    }
    await others;
    expect(await redis.exists(`oncekey:${id}`)).toBe(1);
  });

  it("a record that somebody has persisted is told, not lived with", async () => {
    const { id, version } = await given(store);
    await redis.persist(`oncekey:${id}`);
    await expect(store.replace(id, version, "v2", running())).rejects.toThrow(/has no time to live/);
  });
});

describe("keys", () => {
  it("begin with the prefix, and end with the id", async () => {
    const { id } = await given(new RedisStore(redis, { prefix: "app:{keys}:" }));
    expect(await redis.exists(`app:{keys}:${id}`)).toBe(1);
  });

  it("begin with the client's own prefix where it has one", async () => {
    const prefixed = new Redis(server.url, { keyPrefix: "mine:" });
    const { id } = await given(new RedisStore(prefixed));
    prefixed.disconnect();
    expect(await redis.exists(`mine:oncekey:${id}`)).toBe(1);
  });

  it("live exactly as long as their records", async () => {
    const { id, version } = await given(store, running(), 50_000);
    const key = `oncekey:${id}`;
    expect(await redis.pttl(key)).toBeGreaterThan(40_000);
    await store.replace(id, version, "v2", running(), 90_000);
    expect(await redis.pttl(key)).toBeGreaterThan(80_000);
    const write = await store.replace(id, "v2", "v3", completed(), 10);
    expect(await redis.pttl(key)).toBeGreaterThan(80_000);
    expect(write.written && write.stored.expiresInMs).toBeGreaterThan(80_000);
  });
});

it("a user without rights is told which it needs, and that nothing was written", async () => {
  await redis.call("ACL", "SETUSER", "poor", "on", ">pw", "~oncekey:*", "+get", "+pttl", "+evalsha", "+eval", "+info");
  const poor = new Redis(server.url, { username: "poor", password: "pw" });
  poor.on("error", () => {});
  const error = await new RedisStore(poor).create(freshId(), "v", running(), HOUR_MS).catch((fault: unknown) => fault);
  poor.disconnect();
  expect(isOncekeyError(error, "STORE_MISCONFIGURED")).toBe(true);
  expect(error).toMatchObject({ message: expect.stringMatching(/the user may not do this.*it needs EVALSHA/) });
});
