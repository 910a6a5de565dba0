import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import compress from "@fastify/compress";
import multipart from "@fastify/multipart";
import type { FastifyInstance, RouteHandlerMethod } from "fastify";
import { describe, expect, it } from "vitest";
import { type App, post, start } from "./app.js";

/** Answers with what the handler could read. */
const echo: RouteHandlerMethod = async ({ body }) => ({
  read: body instanceof Readable ? (await buffer(body)).toString("latin1") : body,
});

const parsers: Readonly<Record<string, (app: FastifyInstance) => unknown>> = {
  "a parser of buffers": (app) =>
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body.toString("latin1"))),
  "a parser of streams": (app) => app.addContentTypeParser("*", (_request, payload, done) => done(null, payload)),
  "an async parser": (app) =>
    app.addContentTypeParser("*", async (_request: unknown, payload: Readable) =>
      (await buffer(payload)).toString("latin1"),
    ),
};

async function sameAndOther(app: App, type: string, body: string, other: string) {
  const send = (each: string) => post(app, { body: each, headers: { "content-type": type } });
  const first = await send(body);
  const again = await send(body);
  const different = await send(other);
  return { read: JSON.parse(first.body).read, verdicts: [first.status, again.replayed, different.status] };
}

describe("request bodies", () => {
  for (const [parser, after] of Object.entries(parsers)) {
    it(`are told apart and reach the handler, with ${parser}`, async () => {
      const types: Readonly<Record<string, readonly [string, string, unknown]>> = {
        "application/json": ['{"amount":1}', '{"amount":2}', { amount: 1 }],
        "text/plain": ["amount 1", "amount 2", "amount 1"],
        "application/x-www-form-urlencoded": ["amount=1", "amount=2", "amount=1"],
        "application/octet-stream": ["\u0000\u0001", "\u0000\u0002", "\u0000\u0001"],
      };
      for (const [type, [body, other, read]] of Object.entries(types)) {
        await using app = await start(echo, { after });
        expect(await sameAndOther(app, type, body, other), type).toEqual({ read, verdicts: [200, "true", 422] });
      }
    });
  }

  it("count by their bytes where a parser would lose something", async () => {
    await using app = await start(echo);
    await post(app, { body: '{"id":9007199254740993}' });
    expect((await post(app, { body: '{"id":9007199254740992}' })).status).toBe(422);
    expect((await post(app, { body: '{ "id": 9007199254740993 }' })).status).toBe(422);
  });

  it("are the same compressed, wherever something decompresses them", async () => {
    const decompress = (app: FastifyInstance) => app.register(compress, { globalCompression: false });
    for (const around of [{ before: decompress }, { after: decompress }]) {
      await using app = await start(echo, around);
      const first = await post(app);
      const coded = await post(app, { body: gzipSync('{"amount":1}'), headers: { "content-encoding": "gzip" } });
      expect([coded.status, coded.replayed, coded.body]).toEqual([200, "true", first.body]);
      const fresh = await post(app, {
        key: "key-2",
        body: gzipSync('{"amount":2}'),
        headers: { "content-encoding": "gzip" },
      });
      expect(JSON.parse(fresh.body)).toEqual({ read: { amount: 2 } });
    }
  });

  it("may have been replaced by a hook of the application", async () => {
    await using app = await start(echo, {
      before: (fastify) =>
        fastify.addHook("preParsing", async (_request, _reply, payload) => {
          const text = (await buffer(payload)).toString().toUpperCase();
          return Object.assign(Readable.from([text]), { receivedEncodedLength: text.length });
        }),
    });
    const send = (body: string) => post(app, { body, headers: { "content-type": "text/plain" } });
    expect(JSON.parse((await send("pay 1")).body)).toEqual({ read: "PAY 1" });
    expect((await send("pay 1")).replayed).toBe("true");
    expect((await send("pay 2")).status).toBe(422);
  });

  it("over the cap are refused at once, whatever stands for the stream, and leave the key free", async () => {
    const replaced = (fastify: FastifyInstance) =>
      fastify.addHook("preParsing", async (_request, _reply, payload) => Readable.from([await buffer(payload)]));
    for (const around of [{}, { before: replaced }]) {
      await using app = await start(echo, { ...around, options: { maxBodyBytes: 12 } });
      expect((await post(app, { body: '{"amount":100}' })).status).toBe(413);
      expect(app.runs()).toBe(0);
      expect((await post(app)).status).toBe(200);
    }
  });

  it("are left alone where a request has no key and needs none", async () => {
    await using app = await start(echo, { options: { required: false, maxBodyBytes: 4 } });
    const response = await fetch(`${app.url}/things`, {
      method: "POST",
      body: '{"amount":1}',
      headers: { "content-type": "application/json" },
    });
    expect(await response.json()).toEqual({ read: { amount: 1 } });
  });
});

describe("uploads", () => {
  const form = (memo: string, file: string) => {
    const data = new FormData();
    data.set("memo", memo);
    data.set("file", new Blob([file]), "a.txt");
    return data;
  };
  const handlers: Readonly<Record<string, RouteHandlerMethod>> = {
    "file by file": async (request) => {
      const seen: string[] = [];
      for await (const part of request.parts()) {
        seen.push(part.type === "file" ? (await part.toBuffer()).toString() : String(part.value));
      }
      return seen;
    },
    "saved to a disk": async (request) => (await request.saveRequestFiles()).length,
  };
  for (const [way, handle] of Object.entries(handlers)) {
    it(`reach the handler ${way}, and are told apart by their parts`, async () => {
      await using app = await start(handle, { after: (fastify) => fastify.register(multipart) });
      const first = await post(app, { body: form("a memo", "a file") });
      expect([first.status, JSON.parse(first.body)]).toEqual([200, way === "file by file" ? ["a memo", "a file"] : 1]);
      expect(await post(app, { body: form("a memo", "a file") })).toMatchObject({ replayed: "true", body: first.body });
      expect((await post(app, { body: form("a memo", "another") })).status).toBe(422);
      expect((await post(app, { body: form("another", "a file") })).status).toBe(422);
      expect(app.runs()).toBe(1);
    });
  }
});

describe("what may refuse a request comes first", () => {
  it("validation: its failures use up no key", async () => {
    const body = { type: "object", properties: { amount: { type: "integer" } }, required: ["amount"] };
    await using app = await start(echo, { route: { schema: { body } } });
    expect((await post(app, { body: '{"amount":"much"}' })).status).toBe(400);
    expect(await post(app)).toMatchObject({ status: 200, replayed: null });
  });

  it("authentication in a hook of the route: a replay is for whoever may ask", async () => {
    const preHandler = async (request: { headers: object }) => {
      if (!("authorization" in request.headers)) throw Object.assign(new Error("who are you?"), { statusCode: 401 });
    };
    await using app = await start(echo, { route: { preHandler } });
    const headers = { authorization: "me" };
    expect((await post(app, { headers })).status).toBe(200);
    expect((await post(app)).status).toBe(401);
    expect((await post(app, { headers })).replayed).toBe("true");
  });

  it("parsers: what they refuse is theirs to answer", async () => {
    await using app = await start(echo);
    expect((await post(app, { body: "{" })).status).toBe(400);
    expect((await post(app, { headers: { "content-type": "application/x-unknown" } })).status).toBe(415);
    expect(await post(app)).toMatchObject({ status: 200, replayed: null });
  });
});
