import { request } from "node:http";
import { inspect } from "node:util";
import type { Context, Handler, Hono, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { describe, expect, it } from "vitest";
import { type Around, post, start } from "./app.js";

/** Whether nobody has made a real one of a light Request or Response; that server tells so where it is looked at. */
function isLight(either: Request | Response): boolean {
  return /native(Request|Response): undefined/.test(inspect(either));
}

const around = (before: MiddlewareHandler): Around => ({ before: (app) => app.use(before) });

describe("what is light on the way to us stays light", () => {
  const answers: Readonly<Record<string, Handler>> = {
    json: (c) => c.json({ id: 1 }, 201),
    "json, with headers": (c) => c.json({ id: 1 }, 201, { location: "/things/1", etag: '"1"' }),
    text: (c) => c.text("\u00e9\u20ac"),
    bytes: (c) => c.body(Uint8Array.of(0, 255), 200, { "content-type": "image/png" }),
    nothing: (c) => c.body(null, 204),
    "a text too large to keep": (c) => c.text("x".repeat(2_000)),
    "a Response": () => new Response("done", { status: 201, headers: { etag: '"1"' } }),
  };
  for (const [what, answer] of Object.entries(answers)) {
    it(`the request, and the answer: ${what}`, async () => {
      const seen: boolean[] = [];
      const before = around(async (c, next) => {
        await next();
        seen.push(isLight(c.req.raw), isLight(c.res));
      });
      await using app = await start(
        async (c, next) => {
          seen.push(isLight(c.req.raw));
          expect(await c.req.json()).toEqual({ amount: 1 });
          return answer(c, next);
        },
        { ...before, options: { maxResponseBytes: 1_000 } },
      );
      const first = await post(app);
      await post(app);
      const replayed = first.body.length > 1_000 ? 409 : first.status;
      expect(await post(app)).toMatchObject({ status: replayed });
      // The handler's; then, of each exchange, the request and the answer.
      expect(seen).toEqual(Array.from({ length: 7 }, () => true));
    });
  }

  it("a request without a body", async () => {
    const seen: boolean[] = [];
    await using app = await start(async (c) => {
      seen.push(isLight(c.req.raw));
      return c.text(`[${await c.req.text()}]`);
    });
    expect(await post(app, { body: null })).toMatchObject({ status: 200, body: "[]", replayed: null });
    expect(await post(app, { body: null })).toMatchObject({ status: 200, body: "[]", replayed: "true" });
    expect([seen, (await post(app)).status]).toEqual([[true], 422]);
  });

  it("the first answer, as it is where nobody protects it", async () => {
    const plain: Handler = (c) => c.json({ id: 1 }, 201, { "X-Any": "1" });
    await using app = await start(plain, { before: (hono) => hono.post("/plain", plain) });
    const [first, other] = [await post(app), await post(app, { path: "/plain" })];
    const linesOf = ({ headers }: typeof first) => [...headers].filter(([name]) => name !== "date");
    expect([first.status, first.body, linesOf(first)]).toEqual([other.status, other.body, linesOf(other)]);
  });
});

describe("a body is whole for the handler", () => {
  const reads: Readonly<Record<string, (c: Context) => Promise<string>>> = {
    "c.req": (c) => c.req.text(),
    "c.req.raw": (c) => c.req.raw.text(),
    "its stream": (c) => new Response(c.req.raw.body).text(),
    "a copy": (c) => c.req.raw.clone().text(),
    "a Request made of it": (c) => new Request(c.req.raw, { headers: { "x-any": "1" } }).text(),
  };
  const copies: Promise<string>[] = [];
  const before: Readonly<Record<string, MiddlewareHandler>> = {
    "was asked by nobody": (_c, next) => next(),
    "was measured": bodyLimit({ maxSize: 1_000 }),
    "was asked for its stream": (c, next) => {
      expect(c.req.raw.body?.locked).toBe(false);
      return next();
    },
    "was asked for its stream some time ago": async (c, next) => {
      expect(c.req.raw.body?.locked).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await next();
    },
    "was copied": (c, next) => {
      copies.push(c.req.raw.clone().text());
      return next();
    },
  };
  const body = "\u00e9".repeat(200_000);
  for (const [what, middleware] of Object.entries(before)) {
    for (const [way, read] of Object.entries(reads)) {
      it(`of a request that ${what}: by ${way}`, async () => {
        await using app = await start(async (c) => c.text(String((await read(c)).length)), around(middleware));
        const small = { key: "small", body: '{"amount":1}' };
        expect(await post(app, small)).toMatchObject({ status: 200, body: "12", replayed: null });
        expect(await post(app, small)).toMatchObject({ status: 200, body: "12", replayed: "true" });
        if (what === "was measured") return;
        expect(await post(app, { body })).toMatchObject({ status: 200, body: "200000", replayed: null });
        expect(await post(app, { body: `${body}.` })).toMatchObject({ status: 422 });
      });
    }
  }

  it("and for whoever copied it before us", async () => {
    expect(new Set((await Promise.all(copies)).map(({ length }) => length))).toEqual(new Set([12, 200_000, 200_001]));
  });

  it("in pieces of no known length", async () => {
    await using app = await start(async (c) => c.text(await c.req.text()));
    const pieces = () => new Blob(["{", '"amount":1', "}"]).stream();
    const ask = () => post(app, { body: pieces(), duplex: "half", headers: { "content-type": "a/b" } });
    expect(await ask()).toMatchObject({ status: 200, body: '{"amount":1}', replayed: null });
    expect(await ask()).toMatchObject({ status: 200, body: '{"amount":1}', replayed: "true" });
  });
});

it("a request whose client leaves before its end is the application's error, and nothing runs", async () => {
  const errors: string[] = [];
  let failed = () => {};
  const told = new Promise<void>((resolve) => {
    failed = resolve;
  });
  await using app = await start((c) => c.json("done"), {
    before: (hono: Hono) =>
      hono.onError((error, c) => {
        errors.push(error.message);
        failed();
        return c.text("failed", 500);
      }),
  });
  const headers = { "idempotency-key": "a", "content-length": "100" };
  const half = request(`${app.url}/things`, { method: "POST", headers }).on("error", () => {});
  half.write("half of it", () => setTimeout(() => half.destroy(), 20));
  await told;
  expect([errors.length, app.runs()]).toEqual([1, 0]);
});
