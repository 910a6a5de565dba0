import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { bodyParser } from "@koa/bodyparser";
import type { Context } from "koa";
import { describe, expect, it } from "vitest";
import { type App, type Handle, post, start } from "./app.js";
import { majors } from "./majors.js";

/** Answers with what the handler could read. */
const echo: Handle = async (ctx: Context) => {
  const { body }: { body?: unknown } = ctx.request;
  const unread = ctx.req.readableEnded ? "" : (await buffer(ctx.req)).toString("latin1");
  ctx.body = { parsed: body ?? null, unread };
};

const done = (ctx: Context): void => {
  ctx.body = "done";
};

async function sameAndOther(app: App, type: string, body: string, other: string) {
  const send = (each: string) => post(app, { body: each, headers: { "content-type": type } });
  const first = await send(body);
  const again = await send(body);
  const different = await send(other);
  return { first, verdicts: [first.status, again.replayed, different.status] };
}

for (const { name, Koa } of majors) {
  describe(`${name}: request bodies`, () => {
    for (const where of ["before", "after"] as const) {
      it(`of every type are told apart with a parser ${where} us, and left to the handler`, async () => {
        const types: Readonly<Record<string, readonly [string, string, unknown]>> = {
          "application/json": ['{"amount":1}', '{"amount":2}', { amount: 1 }],
          "application/x-www-form-urlencoded": ["amount=1", "amount=2", { amount: "1" }],
          "text/plain": ["amount 1", "amount 2", "amount 1"],
          "application/octet-stream": ["\u0000\u0001", "\u0000\u0002", undefined],
          "application/x-unknown": ["one", "two", undefined],
        };
        for (const [type, [body, other, value]] of Object.entries(types)) {
          const parser = bodyParser({ enableTypes: ["json", "form", "text"] });
          await using app = await start(Koa, echo, { [where]: [parser] });
          const { first, verdicts } = await sameAndOther(app, type, body, other);
          expect(verdicts, `${type} ${first.body} ${app.errors}`).toEqual([200, "true", 422]);
          const { parsed, unread } = JSON.parse(first.body);
          expect(value === undefined ? unread : parsed, type).toEqual(value ?? body);
        }
      });
    }

    it("count by their bytes where nobody has parsed them, or the parser kept them", async () => {
      for (const around of [{}, { before: [bodyParser()] }]) {
        await using app = await start(Koa, echo, around);
        await post(app, { body: '{"id":9007199254740993}' });
        expect((await post(app, { body: '{"id":9007199254740992}' })).status).toBe(422);
      }
    });

    it("are the same compressed", async () => {
      await using app = await start(Koa, echo, { after: [bodyParser()] });
      const first = await post(app);
      const coded = await post(app, { body: gzipSync('{"amount":1}'), headers: { "content-encoding": "gzip" } });
      expect([coded.status, coded.replayed, coded.body]).toEqual([200, "true", first.body]);
    });

    it("that somebody has read and not kept are an error that says what to do", async () => {
      const eat = async ({ req }: Context, next: () => Promise<unknown>) => {
        await buffer(req);
        await next();
      };
      await using app = await start(Koa, echo, { before: [eat] });
      expect((await post(app)).status).toBe(500);
      expect(String(app.errors[0])).toContain("put the idempotency check before whatever reads it");
      expect(app.runs()).toBe(0);
    });
  });

  describe(`${name}: routes`, () => {
    it("are protected by method and by their own options, over the same keys", async () => {
      await using app = await start(Koa, (ctx) => {
        ctx.body = { number: ctx.idempotency?.number, key: ctx.idempotency?.deriveKey("charge") };
      });
      const first = await post(app);
      expect(JSON.parse(first.body)).toEqual({ number: 1, key: expect.stringMatching(/^[\w-]{43}$/) });
      expect(() => app.idem.with({ maxBodyBytes: -1 })).toThrow("maxBodyBytes");
      await using optional = await start(Koa, done, { options: { required: false } });
      expect((await fetch(`${optional.url}/things`, { method: "POST" })).status).toBe(200);
    });

    it("protected twice are an error", async () => {
      await using app = await start(Koa, (ctx) => app.idem(ctx, async () => done(ctx)));
      expect((await post(app)).status).toBe(500);
      expect(String(app.errors[0])).toContain("ran twice");
    });
  });
}
