import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase } from "@oncekey/services";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DemoProcess } from "./demo-process.js";
import { billedFor, get, newKey, post, postUntilAnswered } from "./requests.js";

const databases = [
  { name: "PGlite in a folder", databaseUrl: async () => "" },
  { name: "a Postgres server", databaseUrl: () => createDatabase() },
];

describe.each(databases)("a crash after billing, on $name", { timeout: 180_000 }, ({ databaseUrl }) => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const started: DemoProcess[] = [];
  const start = () => {
    const demo = new DemoProcess("src/main.ts", env);
    started.push(demo);
    return demo;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "oncekey-crash-"));
    env = { DEMO_DATA_DIR: folder, DATABASE_URL: await databaseUrl() };
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((demo) => demo.kill()));
    await rm(folder, { recursive: true, force: true });
  });

  it("heals: the retry takes over, finds the vendor's check, and bills nothing twice", async () => {
    const asked = { key: newKey(), person: newKey(), headers: { "x-demo-fault": "crash-after-billing" } };
    const first = start();
    const before = await first.ready();
    await expect(post(before, asked)).rejects.toThrow("fetch failed");
    expect((await first.ended).code).toBe(75);

    const url = await start().ready();
    const left = await get(url, `/v3/ledger?vendor_data=${asked.person}`);
    expect(left.json["billed"], "the vendor's ledger survives the API").toBe(1);
    const answers = await Promise.all([1, 2, 3].map(() => postUntilAnswered(url, asked)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await billedFor(url, asked.person)).toBe(1);
    expect(left.json["entries"], "the session is the one that the lost attempt began").toMatchObject([
      { session_id: answers[0]?.json["id"] },
    ]);
    expect((await get(url, `/demo/record?key=${asked.key}`)).json).toMatchObject({ state: "completed", attempt: 2 });
  });
});
