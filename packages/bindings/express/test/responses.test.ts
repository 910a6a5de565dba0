import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MemoryStore } from "@oncekey/core";
import compression from "compression";
import type { RequestHandler } from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { latch, post, type Seen, start, until } from "./app.js";
import { majors } from "./majors.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oncekey-express-"));
  await writeFile(join(folder, "report.txt"), "a report\n".repeat(1_000));
});
afterAll(() => rm(folder, { recursive: true }));

const binary = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

/** Every way in which an Express handler answers. */
const ways: Readonly<Record<string, RequestHandler>> = {
  json: (_req, res) => void res.status(201).location("/things/1").json({ id: "ses_1" }),
  "json null": (_req, res) => void res.json(null),
  text: (_req, res) => void res.send("\u00e9\u20ac"),
  buffer: (_req, res) => void res.type("application/octet-stream").send(binary),
  "send of nothing": (_req, res) => void res.send(""),
  end: (_req, res) => void res.status(201).end("done"),
  "no content": (_req, res) => void res.status(204).end(),
  "only a status": (_req, res) => void res.sendStatus(202),
  "head by writeHead": (_req, res) => void res.writeHead(201, { "Content-Type": "text/plain" }).end("done"),
  pieces: (_req, res) => {
    res.type("text/plain").flushHeaders();
    res.write("do");
    res.end("ne");
  },
  pipe: (_req, res) => void Readable.from([binary, binary]).pipe(res),
  pipeline: (_req, res) => pipeline(Readable.from([binary, binary]), res),
  redirect: (_req, res) => res.redirect(303, "/things/1"),
  file: (_req, res) => res.sendFile(join(folder, "report.txt")),
  download: (_req, res) => res.download(join(folder, "report.txt"), "report.txt"),
  "a refusal": (_req, res) => void res.status(404).json({ error: "no such account" }),
};

const kept = ["content-type", "location", "etag", "last-modified", "cache-control", "content-disposition"];

for (const { name, express } of majors) {
  describe(`${name}: responses`, () => {
    for (const [way, handle] of Object.entries(ways)) {
      it(`replays ${way}`, async () => {
        await using app = await start(express, handle);
        const first = await post(app);
        const second = await post(app);
        expect([second.status, second.body, second.replayed]).toEqual([first.status, first.body, "true"]);
        expect(first.replayed).toBeNull();
        for (const header of kept) expect(second.headers.get(header), header).toBe(first.headers.get(header));
        expect(second.headers.get("content-length")).toBe(
          first.status === 204 ? null : String(Buffer.byteLength(second.body, "latin1")),
        );
        expect(app.runs()).toBe(1);
        expect(app.errors).toEqual([]);
      });
    }

    it("sends the first answer whole, with its cookies, and the replay without", async () => {
      await using app = await start(express, (_req, res) => {
        res.cookie("a", "1").cookie("b", "2").set("X-Any", "1").status(201).json({ id: 1 });
      });
      const first = await post(app);
      expect(first.headers.getSetCookie()).toHaveLength(2);
      expect(first.headers.get("x-any")).toBe("1");
      const second = await post(app);
      expect(second.headers.getSetCookie()).toEqual([]);
      expect(second.headers.get("x-any")).toBeNull();
    });

    it("leaves headers of earlier middleware alone, fresh on each answer", async () => {
      let requests = 0;
      const earlier: RequestHandler = (req, res, next) => {
        requests += 1;
        res.set({
          "X-Request-Id": String(requests),
          "Access-Control-Allow-Origin": req.get("origin") ?? "*",
          "Cache-Control": "private",
        });
        next();
      };
      await using app = await start(express, (_req, res) => void res.set("Cache-Control", "no-store").json(1), {
        before: [earlier],
      });
      const first = await post(app, { headers: { origin: "https://a.example" } });
      const second = await post(app, { headers: { origin: "https://b.example" } });
      const seen = ({ headers }: typeof first) =>
        ["x-request-id", "access-control-allow-origin", "cache-control"].map((header) => headers.get(header));
      expect(seen(first)).toEqual(["1", "https://a.example", "no-store"]);
      expect(seen(second)).toEqual(["2", "https://b.example", "no-store"]);
    });

    it("keeps finish, callbacks and late writes as they are", async () => {
      const told: string[] = [];
      await using app = await start(express, async (_req, res) => {
        res.on("finish", () => told.push("finish"));
        res.on("close", () => told.push("close"));
        await new Promise((resolve) => res.write("a", resolve));
        told.push("written");
        res.end("b", () => told.push("ended"));
        told.push(String(res.headersSent), String(res.writableEnded));
        expect(() => res.setHeader("x-late", "1")).toThrow(expect.objectContaining({ code: "ERR_HTTP_HEADERS_SENT" }));
      });
      expect((await post(app)).body).toBe("ab");
      await until(() => told.includes("close"));
      expect([...told].sort()).toEqual(["close", "ended", "finish", "true", "true", "written"]);
      expect(told.slice(0, 3)).toEqual(["written", "true", "true"]);
      expect(told.at(-1)).toBe("close");
    });

    describe("over the cap", () => {
      it("streams a large answer through, stored as given before its first byte", async () => {
        const options = { maxResponseBytes: 10_000 };
        await using app = await start(
          express,
          (_req, res) => void Readable.from(Array.from({ length: 100 }, () => binary)).pipe(res.status(201)),
          { options },
        );
        const first = await post(app);
        expect([first.status, Buffer.byteLength(first.body, "latin1")]).toEqual([201, 25_600]);
        const second = await post(app);
        expect(second.status).toBe(409);
        expect(JSON.parse(second.body)).toMatchObject({ originalStatus: 201, safeNewKey: false });
        expect(app.runs()).toBe(1);
      });

      it("sends a large file", async () => {
        await writeFile(join(folder, "large.bin"), Buffer.alloc(3_000_000, "x"));
        await using app = await start(express, (_req, res) => res.sendFile(join(folder, "large.bin")));
        expect((await post(app)).body).toHaveLength(3_000_000);
        expect((await post(app)).status).toBe(409);
      });
    });

    describe("with compression", () => {
      const long = "a long answer ".repeat(1_000);
      const handle: RequestHandler = (_req, res) => void res.type("text/plain").send(long);
      const stream: RequestHandler = (_req, res) =>
        void Readable.from(Array.from({ length: 1_000 }, () => "a long answer ")).pipe(res.type("text/plain"));
      const orders = { before: { before: [compression()] }, after: { after: [compression()] } };
      for (const [order, around] of Object.entries(orders)) {
        for (const [way, handler] of Object.entries({ send: handle, pipe: stream })) {
          it(`${order} us, ${way}: first answers, replays and every coding agree`, async () => {
            await using app = await start(express, handler, around);
            const ask = (key: string, coding: string) => post(app, { key, headers: { "accept-encoding": coding } });
            const codings = ["gzip", "br", "identity"];
            const codingOf = ({ headers }: Seen) => headers.get("content-encoding") ?? "identity";
            for (const coding of codings) {
              const first = await ask(coding, coding);
              expect([first.status, first.body, codingOf(first)]).toEqual([200, long, coding]);
            }
            // A retry may come from a client that reads other codings. Only what is around us codes replays.
            for (const key of codings) {
              const plain = await ask(key, "identity");
              const coded = await ask(key, "gzip");
              expect([plain.replayed, plain.body, codingOf(plain)]).toEqual(["true", long, "identity"]);
              expect([coded.body, codingOf(coded)]).toEqual([long, order === "before" ? "gzip" : "identity"]);
            }
            expect(app.runs()).toBe(3);
          });
        }

        it(`${order} us: over the cap`, async () => {
          const noise = Buffer.from(
            Array.from({ length: 100_000 }, (_, index) => (index * 7919 * (index % 251)) % 256),
          );
          const handler: RequestHandler = (_req, res) => void res.type("text/plain").send(noise);
          await using app = await start(express, handler, { ...around, options: { maxResponseBytes: 1_000 } });
          const first = await post(app, { headers: { "accept-encoding": "gzip" } });
          expect(first.body).toBe(noise.toString("latin1"));
          expect((await post(app)).status).toBe(409);
        });
      }
    });

    it("answers what another attempt answered, when this one was overtaken", async () => {
      const gate = latch();
      let nowMs = 0;
      const store = new MemoryStore({ nowMs: () => nowMs });
      let runs = 0;
      const slow: RequestHandler = async (req, res) => {
        runs += 1;
        const mine = runs;
        if (mine === 1) await gate.opened;
        res.set("X-Mine", String(mine)).status(201).json({ run: mine, attempt: req.idempotency?.number });
      };
      await using app = await start(express, slow, { store });
      const first = post(app);
      await until(() => runs === 1);
      // By the store's clock the first attempt's lease is over.
      nowMs += 61_000;
      const second = await post(app);
      gate.open();
      const overtaken = await first;
      expect(JSON.parse(second.body)).toEqual({ run: 2, attempt: 2 });
      expect([overtaken.status, overtaken.body, overtaken.replayed]).toEqual([201, second.body, "true"]);
      expect(overtaken.headers.get("x-mine")).toBeNull();
    });
  });

  describe(`${name}: clients that hang up`, () => {
    it("do not stop the handler, and its answer is there for the retry", async () => {
      const gate = latch();
      let began = false;
      await using app = await start(express, async (_req, res) => {
        began = true;
        await gate.opened;
        await pipeline(Readable.from(["do", "ne"]), res.status(201)).catch(() => {});
      });
      const gone = new AbortController();
      const first = post(app, { signal: gone.signal });
      await until(() => began);
      gone.abort();
      await expect(first).rejects.toThrow();
      const closed = () =>
        new Promise<boolean>((resolve) => app.server.getConnections((_error, count) => resolve(count === 0)));
      await until(closed);
      gate.open();
      await until(async () => (await post(app)).status !== 409);
      const retry = await post(app);
      expect([retry.status, retry.body, retry.replayed]).toEqual([201, "done", "true"]);
      expect(app.runs()).toBe(1);
    });

    it("leave no key behind that is stuck, when a file was being sent", async () => {
      await using app = await start(express, (_req, res) => res.sendFile(join(folder, "report.txt")));
      const sent = request(`${app.url}/things`, {
        method: "POST",
        headers: { "idempotency-key": "key-1", "content-type": "application/json", "content-length": 12 },
      });
      sent.on("error", () => {});
      sent.end('{"amount":1}');
      await once(app.server, "request");
      sent.destroy();
      await until(async () => (await post(app)).status === 200);
    });
  });

  describe(`${name}: errors`, () => {
    const handlers: Readonly<Record<string, RequestHandler>> = {
      thrown: () => {
        throw new Error("the vendor is away");
      },
      "handed to next": (_req, _res, next) => next(new Error("the vendor is away")),
    };
    for (const [way, handle] of Object.entries(handlers)) {
      it(`${way}: answered by the application, and the key is free`, async () => {
        await using app = await start(express, handle);
        for (const run of [1, 2]) {
          expect(await post(app)).toMatchObject({
            status: 500,
            replayed: null,
            body: '{"error":"the vendor is away"}',
          });
          expect(app.runs()).toBe(run);
        }
      });

      it(`${way}: answered by Express, and the key is free`, async () => {
        await using app = await start(express, handle, { bare: true });
        expect((await post(app)).status).toBe(500);
        expect((await post(app)).body).toContain("<pre>Error: the vendor is away");
        expect(app.runs()).toBe(2);
      });

      it(`${way}: answered the same for ever where failures are final`, async () => {
        await using app = await start(express, handle, { options: { policy: "at-most-once" } });
        const first = await post(app);
        expect(await post(app)).toMatchObject({ status: 500, replayed: "true", body: first.body });
        expect(app.runs()).toBe(1);
      });
    }

    it("after the first write cut the connection, and the key is free", async () => {
      let broken = true;
      await using app = await start(
        express,
        (_req, res, next) => {
          res.write("half of an answer");
          if (broken) next(new Error("the file is gone"));
          else res.end();
        },
        { bare: true },
      );
      await expect(post(app)).rejects.toThrow();
      broken = false;
      await until(async () => (await post(app)).status === 200);
    });

    it("of the scope are the application's, and nothing ran", async () => {
      await using app = await start(express, (_req, res) => void res.json(1), { options: { scope: () => undefined } });
      expect((await post(app)).status).toBe(500);
      expect(String(app.errors[0])).toContain("scope: the function answered undefined");
      expect(app.runs()).toBe(0);
    });
  });
}
