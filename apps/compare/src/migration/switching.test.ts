import { randomUUID } from "node:crypto";
import { MemoryStore } from "@oncekey/core";
import { idempotency } from "@oncekey/express";
import { testRedisUrl } from "@oncekey/services";
import express, { type RequestHandler } from "express";
import { Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { listen } from "../app/listen.js";
import { setNx } from "../candidates/set-nx.js";
import { forgetUnlessRun, oldKeys } from "./switching.js";

const redis = new Redis(testRedisUrl());
let store: MemoryStore;
let runs: string[];
let hold: Promise<void>;
let key: string;
const closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  store = new MemoryStore();
  runs = [];
  hold = Promise.resolve();
  key = `key-${randomUUID()}`;
});

afterAll(async () => {
  for (const close of closing) await close();
  redis.disconnect();
});

/** A server of one of the versions, on the same Redis and the same store as the others. */
async function version(name: "old" | "step 1" | "step 2"): Promise<(body?: string) => Promise<Response>> {
  const once = idempotency({ store, scope: (req) => req.get("x-account") });
  const protection: Record<typeof name, readonly RequestHandler[]> = {
    old: [setNx(redis)],
    "step 1": [setNx(redis), forgetUnlessRun(redis), once],
    "step 2": [oldKeys(redis), once],
  };
  const app = express();
  app.use(express.json());
  app.post("/charges", ...protection[name], async (req, res) => {
    runs.push(name);
    await hold;
    res.status(201).json({ by: name, amount: req.body.amount });
  });
  const { url, close } = await listen(app);
  closing.push(close);
  const headers = { "content-type": "application/json", "x-account": "a", "idempotency-key": key };
  return (body = '{"amount":1}') => fetch(`${url}/charges`, { method: "POST", headers, body });
}

async function running(name: string): Promise<void> {
  await expect.poll(() => runs, { interval: 5 }).toEqual([name]);
}

describe("switching from SET NX", () => {
  it.each([
    ["old", "step 1"],
    ["step 1", "old"],
    ["step 1", "step 2"],
    ["step 2", "step 1"],
    ["old", "step 2"],
  ] as const)("what %s has answered, %s replays", async (first, second) => {
    const [one, two] = [await version(first), await version(second)];
    expect(await (await one()).json()).toEqual({ by: first, amount: 1 });
    const replay = await two();
    expect([replay.status, await replay.json()]).toEqual([201, { by: first, amount: 1 }]);
    expect(runs).toEqual([first]);
    expect((await two('{"amount":2}')).status).toBe(422);
    expect(runs).toEqual([first]);
  });

  it.each([
    ["old", "step 1"],
    ["step 1", "old"],
    ["step 1", "step 2"],
    ["step 2", "step 1"],
  ] as const)("while %s runs, %s refuses, and replays afterwards", async (first, second) => {
    const [one, two] = [await version(first), await version(second)];
    let release = () => {};
    hold = new Promise((resolve) => {
      release = resolve;
    });
    const answer = one();
    await running(first);
    for (let retry = 0; retry < 3; retry += 1) expect((await two()).status).toBe(409);
    release();
    expect((await answer).status).toBe(201);
    // The old middleware stores its answer after it has sent it.
    await expect.poll(async () => (await two()).status, { interval: 5 }).toBe(201);
    expect(await (await one()).json()).toEqual({ by: first, amount: 1 });
    expect(runs).toEqual([first]);
  });

  it("without the old keys, what the old middleware has answered runs again", async () => {
    await (await version("old"))();
    await redis.del(`idempotency:a:${key}`);
    await (await version("step 2"))();
    expect(runs).toEqual(["old", "step 2"]);
  });
});
