import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { serveFetch, until } from "../test/serve.js";
import { attemptOf, protect } from "./protect.js";

const scope = "global";

function post(url: string, key: string | null = "key-1", init: RequestInit = {}): Promise<Response> {
  const headers = { "content-type": "application/json", ...(key === null ? {} : { "idempotency-key": key }) };
  return fetch(url, { method: "POST", body: '{"amount":1}', headers, redirect: "manual", ...init });
}

async function seen(response: Response) {
  return {
    status: response.status,
    replayed: response.headers.get("idempotent-replayed"),
    body: Buffer.from(await response.arrayBuffer()).toString("latin1"),
  };
}

/** A store that reports its completions, and can be made to wait before them. */
function watchedStore(beforeCompletion: () => Promise<void> = async () => {}) {
  const store = new MemoryStore();
  const completions: number[] = [];
  const replace: IdempotencyStore["replace"] = async (id, expected, version, record, keepMs) => {
    if (record.state === "completed") await beforeCompletion();
    const write = await MemoryStore.prototype.replace.call(store, id, expected, version, record, keepMs);
    if (record.state === "completed") completions.push(performance.now());
    return write;
  };
  store.replace = replace;
  return { store, completions };
}

describe("protect", () => {
  it("goes on after the steps that a failed request has finished", async () => {
    const steps: string[] = [];
    const handler = protect(
      async (request) => {
        const charge = await attemptOf(request)?.step("charge", () => `charge ${steps.push("charge")}`);
        if (steps.push("send") === 2) throw new Error("the second API is away");
        return Response.json({ charge });
      },
      { store: new MemoryStore(), scope },
    );
    await using server = await serveFetch(handler);
    expect(await seen(await post(server.url))).toMatchObject({ status: 500 });
    expect(await seen(await post(server.url))).toMatchObject({ status: 200, body: '{"charge":"charge 1"}' });
    expect(steps).toEqual(["charge", "send", "send"]);
  });

  it("runs once and replays, whatever the response is made of", async () => {
    const responses: Record<string, () => Response> = {
      json: () => Response.json({ id: "ses_1" }, { status: 201, headers: { location: "/things/1" } }),
      empty: () => new Response(null, { status: 204 }),
      nothing: () => new Response(""),
      binary: () => new Response(Uint8Array.from({ length: 256 }, (_, index) => index)),
      stream: () => new Response(new Blob(["a streamed ", "answer"]).stream()),
      redirect: () => new Response(null, { status: 303, headers: { location: "/things/1" } }),
    };
    for (const [name, make] of Object.entries(responses)) {
      let runs = 0;
      const handler = protect(
        () => {
          runs += 1;
          return make();
        },
        { store: new MemoryStore(), scope },
      );
      await using server = await serveFetch(handler);
      const first = await post(server.url);
      const second = await post(server.url);
      expect(second.headers.get("location"), name).toBe(first.headers.get("location"));
      expect(second.headers.get("content-type"), name).toBe(first.headers.get("content-type"));
      const [one, two] = [await seen(first), await seen(second)];
      expect(one.replayed, name).toBeNull();
      expect(two, name).toEqual({ ...one, replayed: "true" });
      expect(runs, name).toBe(1);
    }
  });

  it("hands the handler the platform's own request with its body unread, and what else was passed", async () => {
    const request = new Request("http://localhost/things", {
      method: "POST",
      body: '{"amount":1}',
      headers: { "idempotency-key": "key-1" },
    });
    const handler = protect(
      async (given: Request, env: { readonly name: string }, ctx: number) => {
        expect(given).toBe(request);
        expect(attemptOf(given)?.number).toBe(1);
        return new Response(`${await given.text()} ${env.name} ${ctx}`);
      },
      { store: new MemoryStore(), scope },
    );
    expect(await (await handler(request, { name: "production" }, 7)).text()).toBe('{"amount":1} production 7');
  });

  it("does not touch what it does not cover", async () => {
    const handler = protect((request) => new Response(String(attemptOf(request))), { store: new MemoryStore(), scope });
    const response = await handler(new Request("http://localhost/"));
    expect(await response.text()).toBe("undefined");
  });

  it("keeps the first answer whole: every header, every cookie, the reason", async () => {
    const headers = new Headers({ "x-any": "1" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    const handler = protect(() => new Response("hi", { status: 201, statusText: "Made", headers }), {
      store: new MemoryStore(),
      scope,
    });
    const ask = () =>
      handler(new Request("http://localhost/", { method: "POST", headers: { "idempotency-key": "key-1" } }));
    const first = await ask();
    expect([first.status, first.statusText, first.headers.get("x-any")]).toEqual([201, "Made", "1"]);
    expect(first.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    const replay = await ask();
    expect([replay.status, replay.headers.get("x-any")]).toEqual([201, null]);
    expect(replay.headers.getSetCookie()).toEqual([]);
  });

  it("stores before the first byte leaves", async () => {
    let durable = () => {};
    const { store } = watchedStore(() => new Promise((resolve) => (durable = resolve)));
    let made = false;
    const handler = protect(
      () => {
        made = true;
        return new Response("done");
      },
      { store, scope },
    );
    await using server = await serveFetch(handler);
    let answered = false;
    const first = post(server.url).then((response) => {
      answered = true;
      return response;
    });
    await until(() => made);
    expect((await post(server.url)).status).toBe(409);
    expect(answered).toBe(false);
    durable();
    expect((await first).status).toBe(200);
  });

  it("lets a response over the cap stream through, once it is stored that it was given", async () => {
    const { store, completions } = watchedStore();
    const pulls: number[] = [];
    let left = 64;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulls.push(completions.length);
          left -= 1;
          if (left < 0) controller.close();
          else controller.enqueue(new Uint8Array(1_024).fill(0x78));
        },
      });
    const handler = protect(() => new Response(body(), { status: 201 }), { store, scope, maxResponseBytes: 4_096 });
    await using server = await serveFetch(handler);
    const first = await post(server.url);
    expect(first.status).toBe(201);
    expect((await first.arrayBuffer()).byteLength).toBe(64 * 1_024);
    // The handler's stream was read no further than the cap before the tombstone stood.
    expect(pulls.filter((stored) => stored === 0).length).toBeLessThanOrEqual(6);
    expect(pulls.length).toBe(65);
    const retry = await post(server.url);
    expect(retry.status).toBe(409);
    expect(await retry.json()).toMatchObject({ originalStatus: 201 });
  });

  it("does not stop the handler when the client hangs up", async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let runs = 0;
    const { store, completions } = watchedStore();
    const handler = protect(
      async () => {
        runs += 1;
        await finished;
        return new Response("done", { status: 201 });
      },
      { store, scope },
    );
    await using server = await serveFetch(handler);
    const gone = new AbortController();
    const first = post(server.url, "key-1", { signal: gone.signal });
    await until(() => runs === 1);
    gone.abort();
    await expect(first).rejects.toThrow();
    finish();
    await until(() => completions.length === 1);
    expect(await seen(await post(server.url))).toEqual({ status: 201, replayed: "true", body: "done" });
    expect(runs).toBe(1);
  });

  it("passes errors on to the platform, and frees the key", async () => {
    const errors: unknown[] = [];
    const error = new Error("the vendor is away");
    let runs = 0;
    const handler = protect(
      () => {
        runs += 1;
        if (runs === 1) throw error;
        return new Response("done");
      },
      { store: new MemoryStore(), scope },
    );
    await using server = await serveFetch(handler, (thrown) => errors.push(thrown));
    expect(await seen(await post(server.url))).toEqual({ status: 500, replayed: null, body: "bare" });
    expect(errors).toEqual([error]);
    expect((await seen(await post(server.url))).status).toBe(200);
  });

  it("answers what it stores where failures are final, and tells the application of the error", async () => {
    const errors: unknown[] = [];
    const error = new Error("the vendor is away");
    const handler = protect(() => Promise.reject(error), {
      store: new MemoryStore(),
      scope,
      policy: "at-most-once",
      onError: (thrown) => errors.push(thrown),
    });
    await using server = await serveFetch(handler);
    const first = await seen(await post(server.url));
    expect(first).toMatchObject({ status: 500, replayed: null });
    expect(await seen(await post(server.url))).toEqual({ ...first, replayed: "true" });
    expect(errors).toEqual([error]);
  });

  it("treats a body that breaks off as a failure", async () => {
    const broken = () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(1));
          controller.error(new Error("the file is gone"));
        },
      });
    let runs = 0;
    const handler = protect(
      () => {
        runs += 1;
        return new Response(runs === 1 ? broken() : "done");
      },
      { store: new MemoryStore(), scope },
    );
    await using server = await serveFetch(handler);
    expect((await post(server.url)).status).toBe(500);
    expect((await post(server.url)).status).toBe(200);
    expect(runs).toBe(2);
  });

  it("refuses a body over the cap without reading all of it", async () => {
    const handler = protect(() => new Response("done"), { store: new MemoryStore(), scope, maxBodyBytes: 1_000 });
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(500));
      },
    });
    const init = { method: "POST", body: endless, duplex: "half" as const, headers: { "idempotency-key": "key-1" } };
    const response = await handler(new Request("http://localhost/", init));
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(10);
    await using server = await serveFetch(handler);
    expect((await post(server.url, "key-2", { body: "x".repeat(1_001) })).status).toBe(413);
    expect((await post(server.url, "key-2", { body: "x".repeat(1_000) })).status).toBe(200);
  });

  it("says what to do about a body that somebody has read already", async () => {
    const handler = protect(() => new Response("done"), { store: new MemoryStore(), scope });
    const request = new Request("http://localhost/", {
      method: "POST",
      body: "read",
      headers: { "idempotency-key": "key-1" },
    });
    await request.text();
    await expect(handler(request)).rejects.toThrow("the request's body was read before the idempotency check");
  });

  it("says what to do about a handler that answers nothing", async () => {
    const handler = protect(() => undefined as never, { store: new MemoryStore(), scope });
    const request = new Request("http://localhost/", { method: "POST", headers: { "idempotency-key": "key-1" } });
    await expect(handler(request)).rejects.toThrow("the handler answered undefined, which is not a Response");
  });

  it("keeps the work alive where the platform needs to be asked to", async () => {
    const works: Promise<unknown>[] = [];
    interface Context {
      waitUntil(work: Promise<unknown>): void;
    }
    const handler = protect((_request: Request, _env: object, _ctx: Context) => Promise.reject(new Error("away")), {
      store: new MemoryStore(),
      scope,
      waitUntil: (work, _request, _env, ctx) => ctx.waitUntil(work),
    });
    const request = new Request("http://localhost/", { method: "POST", headers: { "idempotency-key": "key-1" } });
    await expect(handler(request, {}, { waitUntil: (work) => void works.push(work) })).rejects.toThrow("away");
    expect(works).toHaveLength(1);
    // The platform is not told of the failure a second time.
    await works[0];
  });

  it("passes a stream of events through as it comes, once it is stored that it was given", async () => {
    const { store, completions } = watchedStore();
    let end = () => {};
    const handler = protect(
      () => {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(new TextEncoder().encode("data: 1\n\n"));
            end = () => controller.close();
          },
        });
        return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
      },
      { store, scope },
    );
    await using server = await serveFetch(handler);
    const first = await post(server.url);
    const beginning = await first.body?.getReader().read();
    expect([first.status, Buffer.from(beginning?.value ?? []).toString()]).toEqual([200, "data: 1\n\n"]);
    expect(completions).toHaveLength(1);
    const retry = await post(server.url);
    expect([retry.status, await retry.json()]).toEqual([409, expect.objectContaining({ originalStatus: 200 })]);
    end();
  });

  it("keeps the platform waiting for what is still to be stored", async () => {
    const gate = { open: () => {} };
    const opened = new Promise<void>((resolve) => {
      gate.open = resolve;
    });
    const { store, completions } = watchedStore(() => opened);
    const works: Promise<unknown>[] = [];
    const handler = protect(() => new Response("done"), {
      store,
      scope,
      completionTimeoutMs: 1,
      waitUntil: (work) => void works.push(work),
    });
    const request = new Request("http://localhost/", { method: "POST", headers: { "idempotency-key": "key-1" } });
    expect((await handler(request)).status).toBe(200);
    expect(completions).toHaveLength(0);
    gate.open();
    await works[0];
    expect(completions).not.toHaveLength(0);
  });

  it("compares path and query as they came", async () => {
    const handler = protect(() => new Response("done"), { store: new MemoryStore(), scope });
    const ask = (url: string) =>
      handler(new Request(url, { method: "POST", headers: { "idempotency-key": "key-1" } })).then(
        ({ status }) => status,
      );
    expect(await ask("http://a.example/x%2Fy?q=1#here")).toBe(200);
    expect(await ask("https://b.example:8080/x%2Fy?q=1")).toBe(200);
    expect(await ask("http://a.example/x/y?q=1")).toBe(422);
    expect(await ask("http://a.example/x%2Fy?q=2")).toBe(422);
    expect(await ask("http://a.example")).toBe(422);
  });

  it("knows its own host by the URL where the request names none", async () => {
    const handler = protect((request) => Response.redirect(new URL("/things/1", request.url), 303), {
      store: new MemoryStore(),
      scope,
    });
    const ask = (key: string) =>
      handler(new Request("https://a.example/things", { method: "POST", headers: { "idempotency-key": key } }));
    await ask("key-1");
    const replay = await ask("key-1");
    expect([replay.status, replay.headers.get("location")]).toEqual([303, "https://a.example/things/1"]);
  });

  it("closes: running requests end, new ones are refused", async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let runs = 0;
    const handler = protect(
      async () => {
        runs += 1;
        await finished;
        return new Response("done");
      },
      { store: new MemoryStore(), scope },
    );
    await using server = await serveFetch(handler);
    const first = post(server.url);
    await until(() => runs === 1);
    const closed = handler.close();
    expect((await post(server.url, "key-2")).status).toBe(503);
    finish();
    expect((await first).status).toBe(200);
    expect(await closed).toEqual({ unfinished: 0 });
  });
});
