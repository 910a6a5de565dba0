import { Readable } from "node:stream";
import compress from "@fastify/compress";
import cors from "@fastify/cors";
import { MemoryStore, NotExecutedError } from "@oncekey/core";
import type { FastifyInstance, RouteHandlerMethod } from "fastify";
import { describe, expect, it } from "vitest";
import { type Around, latch, post, type Seen, start, until } from "./app.js";

const binary = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

/** Every way in which a Fastify handler answers. */
const ways: Readonly<Record<string, RouteHandlerMethod>> = {
  "an object, returned": async (_request, reply) => {
    reply.code(201).header("location", "/things/1");
    return { id: "ses_1" };
  },
  "an object, sent": (_request, reply) => void reply.code(201).send({ id: "ses_1" }),
  "an object, sent later": (_request, reply) => void setImmediate(() => reply.send({ id: "ses_1" })),
  "an object, sent and awaited": async (_request, reply) => {
    await new Promise((resolve) => setImmediate(resolve));
    return reply.code(201).send({ id: "ses_1" });
  },
  null: async () => null,
  text: async () => "\u00e9\u20ac",
  buffer: async (_request, reply) => reply.type("image/png").send(binary),
  nothing: (_request, reply) => void reply.send(),
  "no content": (_request, reply) => void reply.code(204).send(),
  redirect: (_request, reply) => reply.redirect("/things/1", 303),
  stream: (_request, reply) => reply.type("text/plain").send(Readable.from([binary, binary])),
  "web stream": (_request, reply) => reply.type("text/plain").send(new Blob([binary]).stream()),
  Response: async () => new Response("done", { status: 201, headers: { "x-any": "1", etag: '"v1"' } }),
  "a serializer of its own": (_request, reply) =>
    reply
      .serializer(() => "<done/>")
      .type("text/xml")
      .send({ done: true }),
  "the raw response": (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(201, { "Content-Type": "text/plain" });
    reply.raw.write("do");
    reply.raw.end("ne");
  },
  "a refusal": (_request, reply) => void reply.code(404).send({ error: "no such account" }),
  "not found": (_request, reply) => void reply.callNotFound(),
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
      expect(second.headers.get("content-length")).toBe(
        first.status === 204 ? null : String(Buffer.byteLength(second.body, "latin1")),
      );
      expect(app.runs()).toBe(1);
    });
  }

  it("sends the first answer whole, with its cookies, and the replay without", async () => {
    await using app = await start((_request, reply) =>
      reply.header("set-cookie", ["a=1", "b=2"]).header("x-any", "1").code(201).send({ id: 1 }),
    );
    const first = await post(app);
    expect(first.headers.getSetCookie()).toHaveLength(2);
    expect(first.headers.get("x-any")).toBe("1");
    const second = await post(app);
    expect([second.headers.getSetCookie(), second.headers.get("x-any")]).toEqual([[], null]);
  });

  it("leaves headers of earlier hooks alone, fresh on each answer", async () => {
    let requests = 0;
    const before = async (app: FastifyInstance) => {
      await app.register(cors, { origin: true });
      app.addHook("onRequest", async (_request, reply) => {
        requests += 1;
        reply.headers({ "x-request-id": String(requests), "cache-control": "private" });
      });
    };
    await using app = await start((_request, reply) => reply.header("cache-control", "no-store").send("1"), { before });
    const first = await post(app, { headers: { origin: "https://a.example" } });
    const second = await post(app, { headers: { origin: "https://b.example" } });
    const refusal = await post(app, { headers: { origin: "https://c.example" }, body: "{}" });
    const seen = ({ headers }: typeof first) =>
      ["x-request-id", "access-control-allow-origin", "cache-control"].map((header) => headers.get(header));
    expect(seen(first)).toEqual(["1", "https://a.example", "no-store"]);
    expect(seen(second)).toEqual(["2", "https://b.example", "no-store"]);
    expect([refusal.status, ...seen(refusal)]).toEqual([422, "3", "https://c.example", "no-store"]);
  });

  it("tells onResponse of each answer, once", async () => {
    const told: [number, boolean][] = [];
    const before = (app: FastifyInstance) =>
      app.addHook("onResponse", async (_request, reply) => void told.push([reply.statusCode, reply.sent]));
    await using app = await start((_request, reply) => reply.code(201).send("done"), { before });
    for (const count of [1, 2]) {
      await post(app);
      await until(() => told.length === count);
    }
    expect(told).toEqual([
      [201, true],
      [201, true],
    ]);
  });

  it("streams a large answer through, stored as given before its first byte", async () => {
    const handle: RouteHandlerMethod = (_request, reply) =>
      reply
        .code(201)
        .type("text/plain")
        .send(Readable.from(Array.from({ length: 100 }, () => binary)));
    await using app = await start(handle, { options: { maxResponseBytes: 10_000 } });
    const first = await post(app);
    expect([first.status, Buffer.byteLength(first.body, "latin1")]).toEqual([201, 25_600]);
    const second = await post(app);
    expect([second.status, JSON.parse(second.body).originalStatus]).toEqual([409, 201]);
    expect(app.runs()).toBe(1);
  });

  it("answers what another attempt answered, when this one was overtaken", async () => {
    const gate = latch();
    let nowMs = 0;
    let runs = 0;
    const store = new MemoryStore({ nowMs: () => nowMs });
    const before = (app: FastifyInstance) => app.register(cors, { origin: true });
    const slow: RouteHandlerMethod = async (request, reply) => {
      runs += 1;
      const mine = runs;
      if (mine === 1) await gate.opened;
      return reply.header("x-mine", mine).code(201).send({ run: mine, attempt: request.idempotency?.number });
    };
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
    expect(overtaken.headers.get("x-mine")).toBeNull();
    expect(overtaken.headers.get("access-control-allow-origin")).toBe("https://a.example");
  });
});

describe("with @fastify/compress", () => {
  const long = "a long answer ".repeat(1_000);
  const handlers: Readonly<Record<string, RouteHandlerMethod>> = {
    text: async (_request, reply) => reply.type("text/plain").send(long),
    stream: (_request, reply) => reply.type("text/plain").send(Readable.from([long])),
  };
  const encodings: ("gzip" | "br" | "identity")[] = ["gzip", "br", "identity"];
  const places: Readonly<Record<string, Around>> = {
    "for the application, registered before us": { before: (app) => app.register(compress, { encodings }) },
    "for the application, registered after us": { after: (app) => app.register(compress, { encodings }) },
  };
  for (const [place, around] of Object.entries(places)) {
    for (const [way, handle] of Object.entries(handlers)) {
      it(`${place}, ${way}: first answers, replays and every coding agree`, async () => {
        await using app = await start(handle, around);
        const ask = (key: string, coding: string) => post(app, { key, headers: { "accept-encoding": coding } });
        const codingOf = ({ headers }: Seen) => headers.get("content-encoding") ?? "identity";
        for (const coding of encodings) {
          const first = await ask(coding, coding);
          expect([first.status, first.body, codingOf(first)]).toEqual([200, long, coding]);
        }
        for (const key of encodings) {
          for (const coding of encodings) {
            const replay = await ask(key, coding);
            expect([replay.replayed, replay.body, codingOf(replay)]).toEqual(["true", long, coding]);
          }
        }
        expect(app.runs()).toBe(3);
      });
    }
  }

  it("by the handler alone: replays are for any client", async () => {
    const before = (app: FastifyInstance) => app.register(compress, { global: false, encodings });
    await using app = await start((_request, reply) => void reply.type("text/plain").compress(long), { before });
    const first = await post(app, { headers: { "accept-encoding": "gzip" } });
    const replay = await post(app, { headers: { "accept-encoding": "identity" } });
    expect([first.headers.get("content-encoding"), first.body]).toEqual(["gzip", long]);
    expect([replay.headers.get("content-encoding"), replay.body, replay.replayed]).toEqual([null, long, "true"]);
  });
});

describe("clients that hang up", () => {
  const finishing: Readonly<Record<string, RouteHandlerMethod>> = {
    text: async (_request, reply) => reply.code(201).send("done"),
    stream: async (_request, reply) => reply.code(201).send(Readable.from(["do", "ne"])),
  };
  for (const [way, finish] of Object.entries(finishing)) {
    it(`do not stop the handler, and its ${way} is there for the retry`, async () => {
      const gate = latch();
      let gone = false;
      await using app = await start(async function (request, reply) {
        request.raw.socket.once("close", () => {
          gone = true;
        });
        await gate.opened;
        return Reflect.apply(finish, this, [request, reply]);
      });
      const hangUp = new AbortController();
      const first = post(app, { signal: hangUp.signal });
      await until(() => app.runs() === 1);
      hangUp.abort();
      await expect(first).rejects.toThrow();
      await until(() => gone);
      gate.open();
      await until(async () => (await post(app)).status !== 409);
      const retry = await post(app);
      expect([retry.status, retry.body, retry.replayed]).toEqual([201, "done", "true"]);
      expect(app.runs()).toBe(1);
    });
  }
});

describe("errors", () => {
  const ways: Readonly<Record<string, (error: Error) => RouteHandlerMethod>> = {
    thrown: (error) => () => {
      throw error;
    },
    rejected: (error) => () => Promise.reject(error),
    sent: (error) => (_request, reply) => void reply.send(error),
    returned: (error) => async () => error,
    "of a stream that has not begun": (error) => (_request, reply) =>
      reply.send(
        new Readable({
          read() {
            this.destroy(error);
          },
        }),
      ),
  };
  /** Hides what went wrong. */
  const hiding = (app: FastifyInstance) =>
    app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ error: "internal" }));

  for (const [way, make] of Object.entries(ways)) {
    const failingOnce = (error: Error): RouteHandlerMethod => {
      let failed = false;
      const fail = make(error);
      return function (request, reply) {
        if (failed) return reply.code(201).send("done");
        failed = true;
        return Reflect.apply(fail, this, [request, reply]);
      };
    };

    it(`${way}: answered by Fastify or by the application, and the key is free`, async () => {
      for (const before of [() => {}, hiding]) {
        await using app = await start(failingOnce(new Error("the vendor is away")), { before });
        expect(await post(app)).toMatchObject({ status: 500, replayed: null });
        expect(await post(app)).toMatchObject({ status: 201, replayed: null });
      }
    });

    it(`${way}: final where failures are, unless nothing was done`, async () => {
      const options = { policy: "at-most-once" } as const;
      await using app = await start(failingOnce(new Error("the vendor is away")), { before: hiding, options });
      const body = '{"error":"internal"}';
      expect(await post(app)).toMatchObject({ status: 500, replayed: null, body });
      expect(await post(app)).toMatchObject({ status: 500, replayed: "true", body });
      await using free = await start(failingOnce(new NotExecutedError()), { before: hiding, options });
      expect(await post(free)).toMatchObject({ status: 500, replayed: null, body });
      expect(await post(free)).toMatchObject({ status: 201, replayed: null });
    });
  }

  it("after the first write cut the connection, and the key is free", async () => {
    let broken = true;
    await using app = await start((_request, reply) =>
      reply.type("text/plain").send(
        Readable.from(
          (async function* () {
            yield "half of an answer";
            if (broken) throw new Error("the file is gone");
          })(),
        ),
      ),
    );
    await expect(post(app)).rejects.toThrow();
    broken = false;
    await until(async () => (await post(app)).status === 200);
  });

  it("of the scope are the application's, and nothing ran", async () => {
    await using app = await start(async () => "done", { options: { scope: () => undefined } });
    const { status, body } = await post(app);
    expect([status, JSON.parse(body).message]).toEqual([500, expect.stringContaining("scope: the function answered")]);
    expect(app.runs()).toBe(0);
  });

  it("of ours after the handler are the application's too", async () => {
    const gate = latch();
    let nowMs = 0;
    const store = new MemoryStore({ nowMs: () => nowMs });
    const onReplay = () => {
      throw new Error("the replay cannot be refreshed");
    };
    await using app = await start(
      async (request) => {
        if (request.idempotency?.number === 1) await gate.opened;
        return { secret: "done" };
      },
      { store, options: { onReplay }, before: hiding },
    );
    const first = post(app);
    await until(() => app.runs() === 1);
    nowMs += 61_000;
    expect((await post(app)).status).toBe(200);
    gate.open();
    expect(await first).toMatchObject({ status: 500, body: '{"error":"internal"}' });
  });
});
