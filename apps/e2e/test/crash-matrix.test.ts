import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from "@oncekey/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildChildren } from "./build-children.js";
import { campaign, type Hit, roundOf } from "./campaign.js";
import { type Database, postgresDatabase, redisDatabase } from "./databases.js";
import { violations } from "./judge.js";
import { type Kind, pointsOf } from "./messages.js";
import { type Victim, victims, World } from "./world.js";

/** Each follows each once, itself included: that makes all pairs of a first and a second blow. */
const oneByOne: readonly (readonly Victim[])[] = [
  ["client"],
  ["client"],
  ["server"],
  ["client"],
  ["database"],
  ["server"],
  ["server"],
  ["database"],
  ["database"],
  ["client"],
];
const together: readonly (readonly Victim[])[] = [
  ["client", "server"],
  ["client", "database"],
  ["server", "database"],
  ["client", "server", "database"],
];

const folder = mkdtempSync(join(tmpdir(), "oncekey-e2e-"));
let postgres: PostgresServer;
let redis: RedisServer;
let children: { readonly client: string; readonly server: string };

beforeAll(async () => {
  [postgres, redis, children] = await Promise.all([startPostgres(), startRedis(), buildChildren(folder)]);
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
  rmSync(folder, { recursive: true });
});

function world(database: Database, isProtected = true): Promise<World> {
  return World.start({ database, children, folder: mkdtempSync(join(folder, "world-")), isProtected });
}

/** How many different ones there are, of what is named so. */
function count(hits: readonly Hit[], name: (hit: Hit) => string): number {
  return new Set(hits.map(name)).size;
}

function place({ operation, point, struck }: Hit): string {
  return `${operation.split("/")[0]} ${point} ${struck}`;
}

/** How many effects of a kind that no transaction reaches there are, and of how many operations. */
function effects(all: World, kind: Kind): string {
  const of = all.ledger().filter(({ operation }) => operation.startsWith(`${kind}/`));
  return `${of.length} ${kind} of ${new Set(of.map(({ operation }) => operation)).size} operations`;
}

/** Strikes, prints how much was hit, and fails where that was not all that it should be, or where a promise was broken. */
async function endure(name: string, database: Database, blows: readonly (readonly Victim[])[]): Promise<void> {
  await using all = await world(database);
  const { operations, hits } = await campaign(all, blows);
  const first = hits.filter(({ blow }) => blow === 1);
  const second = hits.filter(({ blow }) => blow === 2);
  const places = count(first, place);
  const killed = victims.map((victim) => `${victim} ${all.kills[victim]}`).join(", ");
  const committed = [...(await database.committed()).values()].flat().length;
  const unknown = [...all.endings.values()].filter((ending) => ending === "outcome-unknown").length;
  process.stdout.write(
    `crash matrix over ${name}: kill -9 of ${killed}; ${operations.length} operations hit at ${places} places ` +
      `(kind × point × victims), ${second.length} of them once more, further on or in their rerun, at ` +
      `${count(second, place)}; effects: ${committed} committed with their key, ${effects(all, "at-least-once")}, ` +
      `${effects(all, "at-most-once")}; ${unknown} outcomes unknown\n`,
  );
  // Every operation was hit, at every point of its kind, by every blow; and some once more, after every blow but the last.
  const points = database.kinds.reduce((sum, kind) => sum + pointsOf(kind).length, 0);
  expect(first).toHaveLength(operations.length);
  expect(places).toBe(points * new Set(blows.map(String)).size);
  expect(count(second, ({ operation }) => roundOf(operation))).toBe(blows.length - 1);
  for (const victim of victims) {
    const times = blows.filter((struck) => struck.includes(victim)).length;
    expect(all.kills[victim]).toBe(times);
    expect(times).toBeGreaterThan(0);
  }
  expect(await violations(all, operations, hits)).toEqual([]);
}

describe("client, server and database, killed in turn and together at every point of an operation and of its rerun", () => {
  it("keep what each policy promises, lose nothing and give one receipt: Postgres", { timeout: 240_000 }, async () => {
    await endure("Postgres", await postgresDatabase(postgres), [...oneByOne, ...together]);
  });

  it("keep what each policy promises, lose nothing and give one receipt: Redis", { timeout: 120_000 }, async () => {
    await endure("Redis", redisDatabase(redis), [["database"], ["database"], ["server"], ["database"], [...victims]]);
  });

  it("are seen to break it where the handlers run without Oncekey", async () => {
    await using all = await world(await postgresDatabase(postgres), false);
    const { operations, hits } = await campaign(all, [["client"]]);
    const found = await violations(all, operations, hits);
    expect(found).toContainEqual(expect.stringMatching(/^transaction\/.*: 2 effects in place of 1$/));
    expect(found).toContainEqual(expect.stringMatching(/^at-most-once\/.*: differing receipts/));
  });
});
