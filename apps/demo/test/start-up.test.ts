import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DemoProcess } from "./demo-process.js";
import { get, newKey, post } from "./requests.js";

describe("starting and stopping", { timeout: 180_000 }, () => {
  let folder: string;
  const started: DemoProcess[] = [];
  const start = (env: NodeJS.ProcessEnv = {}) => {
    const demo = new DemoProcess("src/main.ts", { DEMO_DATA_DIR: folder, ...env });
    started.push(demo);
    return demo;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "oncekey-start-"));
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map((demo) => demo.kill()));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("refuses a folder that another process uses, and starts at once when that one was killed", async () => {
    const first = start();
    const url = await first.ready();
    const { headers } = await post(url, { key: newKey() });
    const second = start();
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain(folder);
    expect(second.output).toContain(`pid ${first.child.pid}`);

    await first.kill("SIGKILL");
    const third = await start().ready();
    expect((await get(third, headers.get("location") ?? "")).status).toBe(200);
  });

  it("lets a running request end when it is told to stop, and leaves with 0", async () => {
    const demo = start();
    const url = await demo.ready();
    const asked = { key: newKey(), headers: { "x-demo-latency-ms": "1000" } };
    const answer = post(url, asked);
    await expect.poll(async () => (await get(url, `/demo/record?key=${asked.key}`)).json["state"]).toBe("in-progress");
    const ended = demo.kill("SIGTERM");
    expect((await answer).status).toBe(201);
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it("prints commands that work", async () => {
    const demo = start();
    const url = await demo.ready();
    expect(demo.output).toContain(`curl ${url}/v3/ledger`);
    expect(demo.output.trim().split("\n").at(-1)).toMatch(/^Ready\./);
  });

  it("says that its port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const demo = start({ PORT: port });
    expect((await demo.ended).code).toBe(1);
    expect(demo.output).toMatch(new RegExp(`^Port ${port} is in use\\.`));
    other.close();
  });

  it.each(["http", "70000", "-1"])("refuses PORT=%s", async (port) => {
    const demo = start({ PORT: port });
    expect((await demo.ended).code).toBe(1);
    expect(demo.output).toMatch(/^PORT is ".*"\. It has to be a number from 0 to 65535/);
  });

  it("says that its database does not answer, without its password", async () => {
    const demo = start({ DATABASE_URL: "postgres://ann:s3cret@127.0.0.1:1/none" });
    expect((await demo.ended).code).toBe(1);
    expect(demo.output).toMatch(/^The database named by DATABASE_URL cannot be used: /);
    expect(demo.output).not.toContain("s3cret");
  });
});
