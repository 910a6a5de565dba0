import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "./redis.js";
import { redisBinary } from "./redis-binary.js";

const started: RedisServer[] = [];

async function start(options?: Parameters<typeof startRedis>[0]): Promise<RedisServer> {
  const server = await startRedis(options);
  started.push(server);
  return server;
}

/** The answer to one command, as it came. */
function ask({ port }: RedisServer, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.write(`${command}\r\n`);
  });
}

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

describe("startRedis", () => {
  it("starts servers that are strangers to each other", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(await ask(first, "SET mine 1 NX")).toBe("+OK\r\n");
    expect(await ask(second, "GET mine")).toBe("$-1\r\n");
  });

  it("applies settings", async () => {
    const server = await start({ settings: { "maxmemory-policy": "allkeys-lru" } });
    expect(await ask(server, "CONFIG GET maxmemory-policy")).toContain("allkeys-lru");
  });

  it("keeps what was acknowledged through kill() and start(), at the same address", async () => {
    const server = await start();
    await ask(server, "SET kept 7");
    await server.kill();
    await expect(ask(server, "GET kept")).rejects.toThrow(/ECONNREFUSED/);
    await server.start();
    expect(await ask(server, "GET kept")).toBe("$1\r\n7\r\n");
  });

  it("says why a server did not come up, in the server's own words", async () => {
    await expect(startRedis({ settings: { "no-such-setting": "1" } })).rejects.toThrow(/no-such-setting/);
  });

  it("refuses to start twice, or to kill what is down", async () => {
    const server = await start();
    await expect(server.start()).rejects.toThrow(/runs already/);
    await server.kill();
    await expect(server.kill()).rejects.toThrow(/not running/);
  });

  it("stops for good, twice without harm", async () => {
    const server = await start();
    await server.stop();
    await server.stop();
    await expect(ask(server, "PING")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("finds the server on the PATH", async () => {
    expect(await redisBinary()).toMatch(/(redis|valkey)-server$/);
  });
});
