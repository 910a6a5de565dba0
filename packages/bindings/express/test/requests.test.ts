import { createHash } from "node:crypto";
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { MemoryStore } from "@oncekey/core";
import type { RequestHandler } from "express";
import multer from "multer";
import { describe, expect, it } from "vitest";
import { type App, latch, post, start, until } from "./app.js";
import { majors } from "./majors.js";

/** Answers with what the handler could read. */
const echo: RequestHandler = async (req, res) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of req) chunks.push(chunk);
  res.json({ parsed: req.body ?? null, unread: Buffer.concat(chunks).toString("latin1") });
};

const done: RequestHandler = (_req, res) => void res.json("done");

/** Sends one body, the same again, and another one, all under one key. */
async function sameAndOther(app: App, type: string, body: string, other: string) {
  const send = (each: string) => post(app, { body: each, headers: { "content-type": type } });
  const first = await send(body);
  const again = await send(body);
  const different = await send(other);
  return { first, verdicts: [first.status, again.replayed, different.status], runs: app.runs() };
}

function form(memo: string, file: string): FormData {
  const data = new FormData();
  data.set("memo", memo);
  data.set("file", new Blob([file]), "a.txt");
  return data;
}

for (const { name, express } of majors) {
  describe(`${name}: request bodies`, () => {
    const parsers: Readonly<Record<string, () => RequestHandler>> = {
      "express.json": () => express.json(),
      "express.urlencoded": () => express.urlencoded({ extended: true }),
      "express.text": () => express.text(),
      "express.raw": () => express.raw(),
      "no parser": () => (_req, _res, next) => next(),
    };
    const types: Readonly<Record<string, readonly [string, string]>> = {
      "application/json": ['{"amount":1}', '{"amount":2}'],
      "application/vnd.api+json": ['{"amount":1}', '{"amount":2}'],
      "application/x-www-form-urlencoded": ["amount=1", "amount=2"],
      "text/plain": ["amount 1", "amount 2"],
      "application/octet-stream": ["\u0000\u0001", "\u0000\u0002"],
      "application/x-unknown": ["one", "two"],
    };
    for (const [parser, make] of Object.entries(parsers)) {
      for (const where of ["before", "after"] as const) {
        it(`tells bodies of every type apart with ${parser} ${where} us, and leaves them to the handler`, async () => {
          for (const [type, [body, other]] of Object.entries(types)) {
            await using app = await start(express, echo, { [where]: [make()] });
            const { first, verdicts, runs } = await sameAndOther(app, type, body, other);
            expect(verdicts, type).toEqual([200, "true", 422]);
            expect(runs, type).toBe(1);
            const { parsed, unread } = JSON.parse(first.body);
            // Parsed, or readable to the last byte: never lost.
            const wasParsed = unread === "";
            expect(wasParsed ? parsed : unread, type).not.toEqual(wasParsed ? {} : "");
            if (!wasParsed) expect(unread, type).toBe(body);
          }
        });
      }
    }

    it("compares parsed JSON by its values", async () => {
      await using app = await start(express, done, { before: [express.json()] });
      await post(app, { body: '{"a":1,"b":[2]}' });
      expect((await post(app, { body: '{ "b": [2.0], "a": 1 }' })).replayed).toBe("true");
    });

    it("compares the bytes where the application keeps them", async () => {
      const json = express.json({ verify: (req, _res, bytes) => void Object.assign(req, { rawBody: bytes }) });
      await using app = await start(express, done, { before: [json] });
      await post(app, { body: '{"id":9007199254740993}' });
      expect((await post(app, { body: '{"id":9007199254740992}' })).status).toBe(422);
    });

    it("knows a compressed body for the same request, before and after a parser", async () => {
      for (const where of ["before", "after"] as const) {
        await using app = await start(express, echo, { [where]: [express.json()] });
        const first = await post(app);
        const coded = await post(app, { body: gzipSync('{"amount":1}'), headers: { "content-encoding": "gzip" } });
        expect([coded.status, coded.replayed, coded.body]).toEqual([200, "true", first.body]);
        expect(JSON.parse(first.body).parsed).toEqual({ amount: 1 });
      }
    });

    it("tells uploads apart by their parts, whatever their boundary, and leaves them to the parser", async () => {
      const upload = multer({ storage: multer.memoryStorage() }).single("file");
      const files: RequestHandler = (req, res) =>
        void res.json({ memo: req.body.memo, file: req.file?.buffer.toString(), from: req.file?.originalname });
      await using app = await start(express, files, { after: [upload] });
      const send = (data: FormData) =>
        fetch(`${app.url}/things`, { method: "POST", body: data, headers: { "idempotency-key": "key-1" } });
      const first = await send(form("a memo", "a file"));
      expect(await first.json()).toEqual({ memo: "a memo", file: "a file", from: "a.txt" });
      expect((await send(form("a memo", "a file"))).headers.get("idempotent-replayed")).toBe("true");
      expect((await send(form("a memo", "another"))).status).toBe(422);
      expect((await send(form("another", "a file"))).status).toBe(422);
    });

    it("refuses to guess at an upload that was parsed before, and says what to do", async () => {
      const upload = multer({ storage: multer.memoryStorage() }).single("file");
      await using app = await start(express, done, { before: [upload] });
      const send = () =>
        fetch(`${app.url}/things`, { method: "POST", body: form("a", "b"), headers: { "idempotency-key": "key-1" } });
      expect((await send()).status).toBe(500);
      expect(String(app.errors[0])).toContain("put the idempotency check before the parser");
      expect(app.runs()).toBe(0);
    });

    it("takes a digest that an earlier middleware has verified for an upload that is on a disk already", async () => {
      const verified = new WeakMap<object, string>();
      const saving: RequestHandler = async (req, res, next) => {
        const hash = createHash("sha256");
        for await (const chunk of req) hash.update(chunk);
        const digest = `sha-256=:${hash.digest("base64")}:`;
        if (req.get("content-digest") !== digest) return void res.sendStatus(400);
        verified.set(req, digest);
        next();
      };
      const fingerprint = { verifiedContentDigest: (req: object) => verified.get(req) };
      await using app = await start(express, done, { before: [saving], options: { fingerprint, maxBodyBytes: 1_000 } });
      const send = (body: string, digestOf = body) => {
        const digest = `sha-256=:${createHash("sha256").update(digestOf).digest("base64")}:`;
        return post(app, { body, headers: { "content-type": "video/mp4", "content-digest": digest } });
      };
      const film = "x".repeat(100_000);
      expect(await send(film)).toMatchObject({ status: 200, replayed: null });
      expect(await send(film)).toMatchObject({ status: 200, replayed: "true" });
      expect((await send(`${film}y`)).status).toBe(422);
      expect((await send(`${film}y`, film)).status).toBe(400);
      expect(app.runs()).toBe(1);
    });

    it("takes the word of select for an upload that was parsed before", async () => {
      const upload = multer({ storage: multer.memoryStorage() }).single("file");
      const select = (_description: unknown, req: Express.Request) => req.file?.buffer.toString();
      await using app = await start(express, done, { before: [upload], options: { fingerprint: { select } } });
      const send = (file: string) =>
        fetch(`${app.url}/things`, { method: "POST", body: form("a", file), headers: { "idempotency-key": "key-1" } });
      expect((await send("one")).status).toBe(200);
      expect((await send("one")).headers.get("idempotent-replayed")).toBe("true");
      expect((await send("two")).status).toBe(422);
    });

    it("refuses a body over the cap, and the connection can be used again", async () => {
      await using app = await start(express, done, { options: { maxBodyBytes: 100 } });
      const refused = await post(app, { body: "x".repeat(101) });
      expect([refused.status, JSON.parse(refused.body).limit]).toEqual([413, 100]);
      expect((await post(app, { body: "x".repeat(100), headers: { "content-type": "text/plain" } })).status).toBe(200);
      expect(app.runs()).toBe(1);
    });

    it("leaves it to the parser to refuse what it cannot read", async () => {
      await using app = await start(express, done, { after: [express.json()] });
      expect((await post(app, { body: '{"amount":' })).status).toBe(500);
      expect(app.errors).toMatchObject([{ type: "entity.parse.failed" }]);
      expect((await post(app)).status).toBe(200);
    });

    it("does nothing where the client hangs up while it sends", async () => {
      await using app = await start(express, done);
      const sent = request(`${app.url}/things`, {
        method: "POST",
        headers: { "idempotency-key": "key-1", "content-length": 100 },
      });
      sent.on("error", () => {});
      sent.write("half");
      let begun = false;
      app.server.once("request", () => (begun = true));
      await until(() => begun);
      sent.destroy();
      await until(async () => (await post(app)).status === 200);
      expect(app.runs()).toBe(1);
    });
  });

  describe(`${name}: the middleware`, () => {
    it("tells the handler under which attempt it runs", async () => {
      const handle: RequestHandler = (req, res) =>
        void res.json([
          req.idempotency?.number,
          req.idempotency?.deriveKey("charge").length,
          req.idempotency?.signal.aborted,
        ]);
      await using app = await start(express, handle);
      expect((await post(app)).body).toBe("[1,43,false]");
    });

    it("uses the target of the request, not the path within a router", async () => {
      await using app = await start(express, done);
      const send = (query: string) =>
        fetch(`${app.url}/things${query}`, { method: "POST", headers: { "idempotency-key": "key-1" } });
      expect((await send("?a=1")).status).toBe(200);
      expect((await send("?a=2")).status).toBe(422);
    });

    it("scopes keys by the caller that earlier middleware has found", async () => {
      const authenticate: RequestHandler = (req, _res, next) => {
        Object.assign(req, { user: req.get("x-user") });
        next();
      };
      await using app = await start(express, done, {
        before: [authenticate],
        options: { scope: (req) => req.get("x-user") },
      });
      expect((await post(app, { headers: { "x-user": "ann" } })).replayed).toBeNull();
      expect((await post(app, { headers: { "x-user": "bob" } })).replayed).toBeNull();
      expect((await post(app, { headers: { "x-user": "ann" } })).replayed).toBe("true");
      expect(app.runs()).toBe(2);
    });

    it("refuses to protect one request twice", async () => {
      await using app = await start(express, done);
      await using twice = await start(express, done, { after: [app.idem] });
      expect((await post(twice)).status).toBe(500);
      expect(String(twice.errors[0])).toContain("idempotency() ran twice");
    });

    it("varies by route over the same keys", async () => {
      await using app = await start(express, done);
      const put = app.idem.with({ methods: ["PUT"], required: false });
      await using other = await start(express, done, { before: [put] });
      expect((await post(other)).status).toBe(200);
      // @ts-expect-error: a route has no store of its own
      expect(() => app.idem.with({ store: app.store })).toThrow(TypeError);
    });

    it("keeps a connection whose answer is still being stored while the server closes", async () => {
      const store = new MemoryStore();
      const gate = latch();
      let storing = false;
      const replace = store.replace.bind(store);
      store.replace = async (...call) => {
        storing = true;
        await gate.opened;
        return replace(...call);
      };
      await using app = await start(express, done, { store });
      const running = post(app);
      await until(() => storing);
      app.server.close();
      app.server.closeIdleConnections();
      gate.open();
      expect((await running).status).toBe(200);
    });
  });
}
