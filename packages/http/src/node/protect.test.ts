import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { MemoryStore, NotExecutedError } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { serve, until } from "../../test/serve.js";
import { attemptOf, type Listener, type ListenerOptions, protect } from "./protect.js";

/** Serves a protected listener; what it failed with is answered with a bare 500. */
async function serving(listener: Listener, options: Pick<ListenerOptions, "onError" | "policy" | "required"> = {}) {
  const failures: unknown[] = [];
  const all: ListenerOptions = { store: new MemoryStore(), scope: "global", ...options };
  const protectedListener = protect(listener, all);
  const server = await serve((req, res) => {
    protectedListener(req, res).catch((error: unknown) => {
      failures.push(error);
      if (res.headersSent) res.destroy();
      else res.writeHead(500).end("bare");
    });
  });
  const { url } = server;
  return { url, failures, close: protectedListener.close, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
}

async function ask(url: string, key = "key-1", body = '{"amount":1}') {
  const headers = { "idempotency-key": key, "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", body, headers });
  return [response.status, await response.text(), response.headers.get("idempotent-replayed")];
}

describe("protect of node:http", () => {
  it("runs a listener once, with its body, and knows its attempt", async () => {
    let runs = 0;
    await using server = await serving(async (req, res) => {
      runs += 1;
      const { amount } = Object(await json(req));
      res.writeHead(201).end(JSON.stringify({ amount, attempt: attemptOf(req)?.number, runs }));
    });
    const first = await ask(server.url);
    expect(first).toEqual([201, '{"amount":1,"attempt":1,"runs":1}', null]);
    expect(await ask(server.url)).toEqual([...first.slice(0, 2), "true"]);
    expect((await ask(server.url, "key-1", "{}"))[0]).toBe(422);
  });

  it("lets a listener answer later, and fail when all is said", async () => {
    const late = new Error("the log is full");
    await using server = await serving(async (_req, res) => {
      setImmediate(() => res.end("done"));
      await once(res, "finish");
      throw late;
    });
    expect(await ask(server.url)).toEqual([200, "done", null]);
    await until(() => server.failures.length === 1);
    expect(server.failures).toEqual([late]);
    expect(await ask(server.url)).toEqual([200, "done", "true"]);
  });

  const failing: Readonly<Record<string, Listener>> = {
    thrown: () => {
      throw new Error("away");
    },
    rejected: async () => Promise.reject(new Error("away")),
    "thrown after the first write": (_req, res) => {
      res.writeHead(200, { "x-mine": "1" }).write("half");
      throw new Error("away");
    },
  };
  for (const [way, listener] of Object.entries(failing)) {
    it(`an error that was ${way} is for the caller, and the key is free`, async () => {
      await using server = await serving(listener);
      for (const run of [1, 2]) {
        expect(await ask(server.url)).toEqual([500, "bare", null]);
        expect(server.failures).toHaveLength(run);
      }
    });
  }

  it("keeps a failure that the policy stores, and tells of it; not one of which nothing came", async () => {
    const told: unknown[] = [];
    let error: Error = new NotExecutedError("not begun");
    const onError = (each: unknown) => told.push(each);
    await using server = await serving(
      () => {
        throw error;
      },
      { policy: "at-most-once", onError },
    );
    expect(await ask(server.url)).toEqual([500, "bare", null]);
    error = new Error("away");
    const [status, body] = await ask(server.url);
    expect([status, JSON.parse(String(body)).title]).toEqual([500, "The request failed"]);
    expect(await ask(server.url)).toEqual([500, body, "true"]);
    expect(told).toEqual([error]);
  });

  it("sends events for as long as somebody listens", async () => {
    let response: ServerResponse | undefined;
    let gone = false;
    await using server = await serving(async (_req, res) => {
      response = res.writeHead(200, { "content-type": "text/event-stream" });
      res.write("data: 1\n\n");
      await once(res, "close");
      gone = true;
    });
    const client = new AbortController();
    const headers = { "idempotency-key": "key-1" };
    const answer = await fetch(server.url, { method: "POST", headers, signal: client.signal });
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: 1\n\n");
    response?.write("data: 2\n\n");
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: 2\n\n");
    client.abort();
    await until(() => gone);
  });

  it("passes what is not protected", async () => {
    await using server = await serving((req, res) => res.end(req.method), { required: false });
    expect(await (await fetch(server.url)).text()).toBe("GET");
    expect(await (await fetch(server.url, { method: "POST" })).text()).toBe("POST");
    expect(await server.close()).toEqual({ unfinished: 0 });
  });

  it("ends what runs and refuses what is new when it closes", async () => {
    let response: ServerResponse | undefined;
    await using server = await serving((_req, res) => {
      response = res;
    });
    const running = ask(server.url);
    await until(() => response !== undefined);
    const closed = server.close();
    expect((await ask(server.url, "key-2"))[0]).toBe(503);
    response?.end("done");
    expect([await running, await closed]).toEqual([[200, "done", null], { unfinished: 0 }]);
  });

  it("refuses what is no listener", () => {
    expect(() => Reflect.apply(protect, undefined, [undefined, {}])).toThrow("undefined is not a listener");
  });
});
