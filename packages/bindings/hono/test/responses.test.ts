import { MemoryStore, NotExecutedError } from "@oncekey/core";
import { type Handler, Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { stream, streamSSE, streamText } from "hono/streaming";
import { describe, expect, it } from "vitest";
import { idempotency } from "../src/index.js";
import { type Around, latch, post, type Seen, start, until } from "./app.js";
import { listen } from "./listen.js";

const binary = Uint8Array.from({ length: 256 }, (_, index) => index);

/** Every way in which a Hono handler answers. */
const ways: Readonly<Record<string, Handler>> = {
  json: (c) => c.json({ id: "ses_1" }, 201, { location: "/things/1" }),
  "json, with status and headers set before": (c) => {
    c.status(201);
    c.header("etag", '"v1"');
    return c.json({ id: "ses_1" });
  },
  text: (c) => c.text("\u00e9\u20ac"),
  html: (c) => c.html("<p>done</p>"),
  bytes: (c) => c.body(binary, 200, { "content-type": "image/png" }),
  "no content": (c) => c.body(null, 204),
  "an empty text": (c) => c.text(""),
  redirect: (c) => c.redirect("/things/1", 303),
  "a Response": () => new Response("done", { status: 201, headers: { "x-any": "1", etag: '"v1"' } }),
  "a stream": (c) =>
    stream(c, async (out) => {
      await out.write(binary);
      await out.write(binary);
    }),
  "a stream of text": (c) =>
    streamText(c, async (out) => {
      await out.writeln("one");
      await out.write("two");
    }),
  "a refusal": (c) => c.json({ error: "no such account" }, 404),
  "not found": (c) => c.notFound(),
  "c.res": async (c) => {
    c.res = new Response("done", { status: 201 });
    return c.res;
  },
};

const kept = ["content-type", "location", "etag"];

describe("responses", () => {
  for (const [way, handle] of Object.entries(ways)) {
    it(`replays ${way}`, async () => {
      await using app = await start(handle);
      const first = await post(app);
      const second = await post(app);
      expect([second.status, second.body, second.replayed]).toEqual([first.status, first.body, "true"]);
      expect(first.status).toBeLessThan(500);
      expect(first.replayed).toBeNull();
      for (const header of kept) expect(second.headers.get(header), header).toBe(first.headers.get(header));
      expect(app.runs()).toBe(1);
    });
  }

  it("sends the first answer whole, with its cookies, and the replay without", async () => {
    await using app = await start((c) => {
      setCookie(c, "a", "1");
      setCookie(c, "b", "2");
      c.header("x-any", "1");
      return c.json({ id: 1 }, 201);
    });
    const first = await post(app);
    expect([first.headers.getSetCookie().length, first.headers.get("x-any")]).toEqual([2, "1"]);
    const second = await post(app);
    expect([second.headers.getSetCookie(), second.headers.get("x-any")]).toEqual([[], null]);
  });

  it("leaves headers of earlier middleware alone, fresh on each answer", async () => {
    let requests = 0;
    const before: Around["before"] = (hono) => {
      hono.use(cors({ origin: (origin) => origin }));
      hono.use(async (c, next) => {
        requests += 1;
        c.header("x-request-id", String(requests));
        await next();
        c.header("x-after", String(requests));
      });
    };
    await using app = await start((c) => c.json("1", 200, { "cache-control": "private" }), { before });
    const first = await post(app, { headers: { origin: "https://a.example" } });
    const second = await post(app, { headers: { origin: "https://b.example" } });
    const refusal = await post(app, { headers: { origin: "https://c.example" }, body: "{}" });
    const seen = ({ headers }: Seen) =>
      ["x-request-id", "x-after", "access-control-allow-origin", "cache-control"].map((header) => headers.get(header));
    expect(seen(first)).toEqual(["1", "1", "https://a.example", "private"]);
    expect(seen(second)).toEqual(["2", "2", "https://b.example", "private"]);
    expect([refusal.status, ...seen(refusal)]).toEqual([422, "3", "3", "https://c.example", "no-store"]);
  });

  it("streams a large answer through, stored as given before its first byte", async () => {
    const handle: Handler = (c) =>
      stream(c, async (out) => {
        for (let piece = 0; piece < 100; piece += 1) await out.write(binary);
      });
    await using app = await start(handle, { options: { maxResponseBytes: 10_000 } });
    const first = await post(app);
    expect([first.status, Buffer.byteLength(first.body, "latin1")]).toEqual([200, 25_600]);
    const second = await post(app);
    expect([second.status, JSON.parse(second.body).originalStatus]).toEqual([409, 200]);
    expect(app.runs()).toBe(1);
  });

  it("passes server-sent events through as they come, and their retry is told that they were given", async () => {
    const gate = latch();
    await using app = await start((c) =>
      streamSSE(c, async (out) => {
        await out.writeSSE({ data: "1" });
        await gate.opened;
        await out.writeSSE({ data: "2" });
      }),
    );
    const headers = { "idempotency-key": "key-1", "content-type": "application/json" };
    const first = await fetch(`${app.url}/things`, { method: "POST", body: '{"amount":1}', headers });
    const reader = first.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader?.read()).toMatchObject({ value: "data: 1\n\n" });
    const retry = await post(app);
    expect([retry.status, JSON.parse(retry.body).originalStatus]).toEqual([409, 200]);
    gate.open();
    expect(await reader?.read()).toMatchObject({ value: "data: 2\n\n" });
    expect(app.runs()).toBe(1);
  });

  /** Two ways in which middleware says something before us. */
  const allowing: Readonly<Record<string, MiddlewareHandler>> = {
    "cors()": cors({ origin: (origin) => origin }),
    "c.header()": (c, next) => {
      c.header("access-control-allow-origin", c.req.header("origin"));
      return next();
    },
  };
  it.each(Object.entries(allowing))(
    "answers what another attempt answered, when this one was overtaken; behind %s",
    async (_, allow) => {
      const gate = latch();
      let nowMs = 0;
      let runs = 0;
      const store = new MemoryStore({ nowMs: () => nowMs });
      const slow: Handler = async (c) => {
        runs += 1;
        const mine = runs;
        if (mine === 1) await gate.opened;
        c.header("x-mine", String(mine));
        setCookie(c, "mine", String(mine));
        return c.json({ run: mine, attempt: c.get("idempotency")?.number }, 201);
      };
      const before: Around["before"] = (hono) => hono.use(allow);
      await using app = await start(slow, { store, before });
      const first = post(app, { headers: { origin: "https://a.example" } });
      await until(() => runs === 1);
      // By the store's clock the first attempt's lease is over.
      nowMs += 61_000;
      const second = await post(app);
      gate.open();
      const overtaken = await first;
      expect(JSON.parse(second.body)).toEqual({ run: 2, attempt: 2 });
      expect([overtaken.status, overtaken.body, overtaken.replayed]).toEqual([201, second.body, "true"]);
      expect([overtaken.headers.get("x-mine"), overtaken.headers.getSetCookie()]).toEqual([null, []]);
      expect(overtaken.headers.get("access-control-allow-origin")).toBe("https://a.example");
    },
  );

  const long = "a long answer ".repeat(1_000);
  const places: Readonly<Record<string, Around>> = {
    "before us": { before: (hono) => hono.use(compress()) },
    "after us": { after: (hono) => hono.use("/things", compress()) },
  };
  for (const [place, around] of Object.entries(places)) {
    it(`compressed by middleware ${place}: first answers and replays are for any client`, async () => {
      await using app = await start((c) => c.text(long), around);
      const ask = (key: string, coding: string) => post(app, { key, headers: { "accept-encoding": coding } });
      const codingOf = ({ headers }: Seen) => headers.get("content-encoding");
      expect([codingOf(await ask("a", "gzip")), codingOf(await ask("b", "identity"))]).toEqual(["gzip", null]);
      for (const key of ["a", "b"]) {
        for (const coding of ["gzip", "identity"]) {
          expect(await ask(key, coding)).toMatchObject({ status: 200, body: long, replayed: "true" });
        }
      }
      expect(app.runs()).toBe(2);
    });
  }
});

describe("errors", () => {
  const failures: Readonly<Record<string, (error: Error) => Handler>> = {
    thrown: (error) => () => {
      throw error;
    },
    rejected: (error) => () => Promise.reject(error),
    "of a stream": (error) => (c) =>
      c.body(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            controller.error(error);
          },
        }),
      ),
  };
  /** Hides what went wrong. */
  const hiding: Around["before"] = (hono) => hono.onError((_error, c) => c.json({ error: "internal" }, 500));
  const once = (fail: Handler): Handler => {
    let failed = false;
    return (c, next) => {
      if (failed) return c.json("done", 201);
      failed = true;
      return fail(c, next);
    };
  };

  for (const [way, make] of Object.entries(failures)) {
    it(`${way}: answered by the application, and the key is free`, async () => {
      await using app = await start(once(make(new Error("the vendor is away"))), { before: hiding });
      expect(await post(app)).toMatchObject({ status: 500, replayed: null, body: '{"error":"internal"}' });
      expect(await post(app)).toMatchObject({ status: 201, replayed: null });
    });

    it(`${way}: final where failures are, unless nothing was done`, async () => {
      const options = { policy: "at-most-once" } as const;
      await using app = await start(once(make(new Error("the vendor is away"))), { before: hiding, options });
      const first = await post(app);
      expect(first).toMatchObject({ status: 500, replayed: null });
      expect(await post(app)).toMatchObject({ status: 500, replayed: "true", body: first.body });
      await using free = await start(once(make(new NotExecutedError())), { before: hiding, options });
      expect(await post(free)).toMatchObject({ status: 500, replayed: null });
      expect(await post(free)).toMatchObject({ status: 201, replayed: null });
    });
  }

  it("that are HTTPExceptions are answers like any other", async () => {
    const refusals = [new HTTPException(402, { message: "no money" }), new HTTPException(503)];
    await using app = await start((c) => {
      throw refusals[c.req.header("x-away") === "1" ? 1 : 0];
    });
    expect(await post(app)).toMatchObject({ status: 402, body: "no money", replayed: null });
    expect(await post(app)).toMatchObject({ status: 402, body: "no money", replayed: "true" });
    for (const _ of [1, 2]) {
      expect(await post(app, { key: "b", headers: { "x-away": "1" } })).toMatchObject({ status: 503, replayed: null });
    }
    expect(app.runs()).toBe(3);
  });

  it("of a mounted application go to its own error handler", async () => {
    const inner = new Hono().post("/", () => {
      throw new NotExecutedError();
    });
    inner.onError((_error, c) => c.text("inner", 500));
    const idem = idempotency({ store: new MemoryStore(), scope: "global", policy: "at-most-once" });
    const { url, close } = await listen(new Hono().use(idem).route("/things", inner));
    await using _ = { [Symbol.asyncDispose]: close };
    for (const _ of [1, 2]) expect(await post({ url })).toMatchObject({ status: 500, body: "inner", replayed: null });
  });

  it("that are no Error and are stored are left where a logger finds them", async () => {
    const noted: unknown[] = [];
    const broken = new Error("the file is gone");
    const before: Around["before"] = (hono) =>
      hono.use(async (c, next) => {
        await next();
        noted.push(c.error);
      });
    const handle = failures["of a stream"]?.(broken) ?? (() => new Response());
    await using app = await start(handle, { before, options: { policy: "at-most-once" } });
    expect(await post(app)).toMatchObject({ status: 500, replayed: null });
    expect(noted).toEqual([broken]);
  });

  it("of a handler that answers nothing are the application's", async () => {
    const before: Around["before"] = (hono) => hono.onError((error, c) => c.text(error.message, 500));
    await using app = await start(async (_c, _next) => undefined, { before });
    expect(await post(app)).toMatchObject({ status: 500, body: expect.stringContaining("answered nothing") });
  });

  it("of the scope are the application's, and nothing ran", async () => {
    const before: Around["before"] = (hono) => hono.onError((error, c) => c.text(error.message, 500));
    await using app = await start((c) => c.json("done"), { before, options: { scope: () => undefined } });
    expect(await post(app)).toMatchObject({
      status: 500,
      body: expect.stringContaining("scope: the function answered"),
    });
    expect(app.runs()).toBe(0);
  });

  it("of ours after the handler carry nothing that it made", async () => {
    const gate = latch();
    let nowMs = 0;
    const store = new MemoryStore({ nowMs: () => nowMs });
    const onReplay = () => {
      throw new Error("the replay cannot be refreshed");
    };
    const handle: Handler = async (c) => {
      if (c.get("idempotency")?.number === 1) await gate.opened;
      return c.json({ secret: "done" }, 201, { "x-secret": "1" });
    };
    await using app = await start(handle, { store, options: { onReplay }, before: hiding });
    const first = post(app);
    await until(() => app.runs() === 1);
    nowMs += 61_000;
    expect((await post(app)).status).toBe(201);
    gate.open();
    const overtaken = await first;
    expect(overtaken).toMatchObject({ status: 500, body: '{"error":"internal"}' });
    expect(overtaken.headers.get("x-secret")).toBeNull();
  });
});
