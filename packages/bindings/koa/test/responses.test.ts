import { Readable } from "node:stream";
import cors from "@koa/cors";
import { MemoryStore, NotExecutedError } from "@oncekey/core";
import type { Context, Middleware } from "koa";
import compress from "koa-compress";
import { describe, expect, it } from "vitest";
import { type Around, type Handle, latch, post, type Seen, start, until } from "./app.js";
import { majors } from "./majors.js";

const binary = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

const answering =
  (status: number, body: unknown, type?: string): Handle =>
  (ctx) => {
    ctx.status = status;
    if (type !== undefined) ctx.type = type;
    ctx.body = body;
  };

/** Every way in which a Koa handler answers. */
const ways: Readonly<Record<string, Handle>> = {
  object: answering(201, { id: "ses_1" }),
  "object, later": async (ctx) => {
    await new Promise((resolve) => setImmediate(resolve));
    ctx.body = { id: "ses_1" };
  },
  text: answering(200, "\u00e9\u20ac"),
  buffer: answering(200, binary, "image/png"),
  "empty text": answering(200, ""),
  "no content": answering(204, null),
  "only a status": (ctx) => {
    ctx.status = 202;
  },
  "a status that Koa does not know": (ctx) => {
    ctx.respond = false;
    ctx.res.writeHead(299, { "content-type": "text/plain" }).end("done");
  },
  redirect: (ctx) => {
    ctx.redirect("/things/1");
    ctx.status = 303;
  },
  "headers and no body": (ctx) => {
    ctx.set({ location: "/things/1", etag: '"v1"' });
    ctx.status = 201;
    ctx.body = null;
  },
  stream: (ctx) => {
    ctx.body = Readable.from([binary, binary]);
  },
  "the raw response": (ctx) => {
    ctx.respond = false;
    ctx.res.writeHead(201, { "Content-Type": "text/plain" });
    ctx.res.write("do");
    ctx.res.end("ne");
  },
  "a refusal": answering(404, { error: "no such account" }),
  "nothing at all": () => {},
};

const kept = ["content-type", "location", "etag"];

for (const { name, Koa } of majors) {
  describe(`${name}: responses`, () => {
    const more: Readonly<Record<string, Handle>> =
      name === "Koa 2"
        ? {}
        : {
            "web stream": answering(200, new Blob([binary]).stream(), "image/png"),
            blob: answering(200, new Blob([binary])),
            Response: (ctx) => {
              ctx.body = new Response("done", { status: 201 });
            },
          };
    for (const [way, handle] of Object.entries({ ...ways, ...more })) {
      it(`replays ${way}`, async () => {
        await using app = await start(Koa, handle);
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
        expect(app.errors).toEqual([]);
      });
    }

    it("sends the first answer whole, with its cookies, and the replay without", async () => {
      await using app = await start(Koa, (ctx) => {
        ctx.cookies.set("a", "1");
        ctx.cookies.set("b", "2");
        ctx.set("x-any", "1");
        ctx.body = { id: 1 };
      });
      const first = await post(app);
      expect(first.headers.getSetCookie()).toHaveLength(2);
      expect(first.headers.get("x-any")).toBe("1");
      const second = await post(app);
      expect([second.headers.getSetCookie(), second.headers.get("x-any")]).toEqual([[], null]);
    });

    it("leaves what the middleware around us says alone, fresh on each answer", async () => {
      let requests = 0;
      const earlier: Middleware = async (ctx, next) => {
        requests += 1;
        ctx.set({ "x-request-id": String(requests), "cache-control": "private" });
        await next();
        ctx.set("x-later", String(requests));
      };
      await using app = await start(
        Koa,
        (ctx) => {
          ctx.set("cache-control", "no-store");
          ctx.body = "done";
        },
        { before: [cors({ origin: ({ header }) => header.origin ?? "*" }), earlier] },
      );
      const first = await post(app, { headers: { origin: "https://a.example" } });
      const second = await post(app, { headers: { origin: "https://b.example" } });
      const names = ["x-request-id", "access-control-allow-origin", "cache-control", "x-later"];
      const seen = ({ headers }: Seen) => names.map((header) => headers.get(header));
      expect(seen(first)).toEqual(["1", "https://a.example", "no-store", "1"]);
      expect(seen(second)).toEqual(["2", "https://b.example", "no-store", "2"]);
    });

    it("streams a large answer through, stored as given before its first byte", async () => {
      const handle: Handle = (ctx) => {
        ctx.status = 201;
        ctx.body = Readable.from(Array.from({ length: 100 }, () => binary));
      };
      await using app = await start(Koa, handle, { options: { maxResponseBytes: 10_000 } });
      const first = await post(app);
      expect([first.status, Buffer.byteLength(first.body, "latin1")]).toEqual([201, 25_600]);
      const second = await post(app);
      expect([second.status, JSON.parse(second.body).originalStatus]).toEqual([409, 201]);
    });

    const long = "a long answer ".repeat(1_000);
    const codings = ["gzip", "br", "identity"];
    const places: Readonly<Record<string, Around>> = {
      before: { before: [compress({ threshold: 0, zstd: false })] },
      after: { after: [compress({ threshold: 0, zstd: false })] },
    };
    for (const [place, around] of Object.entries(places)) {
      for (const [way, body] of Object.entries<() => unknown>({
        text: () => long,
        stream: () => Readable.from([long]),
      })) {
        it(`agree in every coding with koa-compress ${place} us, ${way}`, async () => {
          await using app = await start(
            Koa,
            (ctx) => {
              ctx.type = "text/plain";
              ctx.body = body();
            },
            around,
          );
          const ask = (key: string, coding: string) => post(app, { key, headers: { "accept-encoding": coding } });
          const codingOf = ({ headers }: Seen) => headers.get("content-encoding") ?? "identity";
          for (const coding of codings) {
            const first = await ask(coding, coding);
            expect([first.status, first.body, codingOf(first)]).toEqual([200, long, coding]);
          }
          // A retry may come from a client that reads other codings. Only what is around us codes replays.
          for (const key of codings) {
            for (const coding of codings) {
              const replay = await ask(key, coding);
              const expected = place === "before" ? coding : "identity";
              expect([replay.replayed, replay.body, codingOf(replay)]).toEqual(["true", long, expected]);
            }
          }
          expect(app.runs()).toBe(3);
        });
      }
    }

    for (const fails of [false, true]) {
      it(`are what another attempt answered, when this one was overtaken${fails ? "; ours to fail" : ""}`, async () => {
        const gate = latch();
        let nowMs = 0;
        const store = new MemoryStore({ nowMs: () => nowMs });
        const onReplay = () => {
          throw new Error("the replay cannot be refreshed");
        };
        const slow: Handle = async (ctx) => {
          const mine = ctx.idempotency?.number;
          if (mine === 1) await gate.opened;
          ctx.set("x-mine", String(mine));
          ctx.body = { run: mine };
        };
        const options = fails ? { onReplay } : {};
        await using app = await start(Koa, slow, {
          store,
          options,
          before: [cors({ origin: ({ header }) => header.origin ?? "*" })],
        });
        const first = post(app, { headers: { origin: "https://a.example" } });
        await until(() => app.runs() === 1);
        // By the store's clock the first attempt's lease is over.
        nowMs += 61_000;
        const second = await post(app);
        gate.open();
        const overtaken = await first;
        expect(JSON.parse(second.body)).toEqual({ run: 2 });
        expect(overtaken.headers.get("x-mine")).toBeNull();
        if (fails) {
          expect(overtaken).toMatchObject({ status: 500, body: "Internal Server Error" });
          expect(app.errors.map(String)).toEqual(["Error: the replay cannot be refreshed"]);
        } else {
          expect(overtaken).toMatchObject({ status: 200, body: second.body, replayed: "true" });
          expect(overtaken.headers.get("access-control-allow-origin")).toBe("https://a.example");
        }
      });
    }
  });

  describe(`${name}: clients that hang up`, () => {
    for (const [way, body] of Object.entries<() => unknown>({
      text: () => "done",
      stream: () => Readable.from(["do", "ne"]),
    })) {
      it(`do not stop the handler, and its ${way} is there for the retry`, async () => {
        const gate = latch();
        let gone = false;
        await using app = await start(Koa, async (ctx: Context) => {
          ctx.req.socket.once("close", () => {
            gone = true;
          });
          await gate.opened;
          ctx.status = 201;
          ctx.body = body();
        });
        const hangUp = new AbortController();
        const first = post(app, { signal: hangUp.signal });
        await until(() => app.runs() === 1);
        hangUp.abort();
        await expect(first).rejects.toThrow();
        await until(() => gone);
        gate.open();
        await until(async () => (await post(app)).status !== 409);
        expect(await post(app)).toMatchObject({ status: 201, body: "done", replayed: "true" });
        expect(app.runs()).toBe(1);
      });
    }
  });

  describe(`${name}: errors`, () => {
    const failing: Readonly<Record<string, (error: Error) => Handle>> = {
      thrown: (error) => () => {
        throw error;
      },
      rejected: (error) => () => Promise.reject(error),
      "thrown by ctx.throw": (error) => (ctx) => ctx.throw(error),
    };
    /** Middleware of the application, which hides what went wrong. */
    const hiding: Middleware = async (ctx, next) => {
      try {
        await next();
      } catch {
        ctx.status = 500;
        ctx.body = { error: "internal" };
      }
    };
    for (const [way, make] of Object.entries(failing)) {
      const failingOnce = (error: Error): Handle => {
        let failed = false;
        const fail = make(error);
        return (ctx, next) => {
          if (failed) return answering(200, "done")(ctx, next);
          failed = true;
          return fail(ctx, next);
        };
      };

      it(`${way}: answered by Koa or by the application, and the key is free`, async () => {
        for (const before of [[], [hiding]]) {
          await using app = await start(Koa, failingOnce(new Error("the vendor is away")), { before });
          expect(await post(app)).toMatchObject({ status: 500, replayed: null });
          expect(await post(app)).toMatchObject({ status: 200, replayed: null, body: "done" });
          expect(app.errors).toHaveLength(1 - before.length);
        }
      });

      it(`${way}: final where failures are, unless nothing was done`, async () => {
        const around = { before: [hiding], options: { policy: "at-most-once" } } as const;
        const body = '{"error":"internal"}';
        await using app = await start(Koa, failingOnce(new Error("the vendor is away")), around);
        expect(await post(app)).toMatchObject({ status: 500, replayed: null, body });
        expect(await post(app)).toMatchObject({ status: 500, replayed: "true", body });
        await using free = await start(Koa, failingOnce(new NotExecutedError()), around);
        expect(await post(free)).toMatchObject({ status: 500, replayed: null, body });
        expect(await post(free)).toMatchObject({ status: 200, replayed: null, body: "done" });
      });
    }

    for (const begun of [true, false]) {
      it(`of a stream that has ${begun ? "" : "not "}begun are no answer, and the key is free`, async () => {
        let broken = true;
        await using app = await start(Koa, (ctx) => {
          ctx.body = Readable.from(
            (async function* () {
              if (begun) yield "half of an answer";
              if (broken) throw new Error("the file is gone");
              yield "done";
            })(),
          );
        });
        const seen = await post(app).catch(() => undefined);
        expect(seen === undefined || seen.status === 500).toBe(true);
        broken = false;
        await until(async () => (await post(app)).status === 200);
      });
    }

    it("of the scope are the application's, and nothing ran", async () => {
      await using app = await start(Koa, answering(200, "done"), { options: { scope: () => undefined } });
      expect((await post(app)).status).toBe(500);
      expect(String(app.errors[0])).toContain("scope: the function answered undefined");
      expect(app.runs()).toBe(0);
    });
  });
}
