import { createOncekey, MemoryStore } from "@oncekey/core";
import { type Context, type ExecutionContext, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { validator } from "hono/validator";
import { describe, expect, it } from "vitest";
import { idempotency } from "../src/index.js";
import { type Around, latch, mount, post, start, until } from "./app.js";
import { listen } from "./listen.js";

const form = (amount: string) => {
  const data = new FormData();
  data.set("amount", amount);
  data.set("file", new File([`bytes of ${amount}`], "a.txt", { type: "text/plain" }));
  return data;
};
type Body = NonNullable<RequestInit["body"]>;
const bodies: Readonly<Record<string, readonly [Body, Body]>> = {
  json: ['{"amount":1}', '{"amount":2}'],
  urlencoded: [new URLSearchParams({ amount: "1" }), new URLSearchParams({ amount: "2" })],
  multipart: [form("1"), form("2")],
  nothing: [new Blob([]), new Blob(["x"])],
};

/** What a handler can still do with a body. */
const reads: Readonly<Record<string, (c: Context) => Promise<string>>> = {
  "c.req.text": (c) => c.req.text(),
  "c.req.arrayBuffer": async (c) => Buffer.from(await c.req.arrayBuffer()).toString("latin1"),
  "c.req.blob": async (c) => (await c.req.blob()).text(),
  "c.req.raw": (c) => c.req.raw.text(),
  "the stream of c.req.raw": (c) => new Response(c.req.raw.body).text(),
  "a copy of c.req.raw": (c) => c.req.raw.clone().text(),
  "a Request made of c.req.raw": (c) => new Request(c.req.raw).text(),
};

describe("bodies", () => {
  for (const [way, read] of Object.entries(reads)) {
    it(`can be read by the handler with ${way}`, async () => {
      await using app = await start(async (c) => c.text(await read(c)));
      expect(await post(app)).toMatchObject({ status: 200, body: '{"amount":1}', replayed: null });
      expect(await post(app)).toMatchObject({ status: 200, body: '{"amount":1}', replayed: "true" });
    });
  }

  it("can be read as JSON and as forms, and by validators after us", async () => {
    await using app = await start(async (c) => c.json(await c.req.json()), {
      after: (hono) =>
        hono.use(
          "/things",
          validator("json", (value: unknown) => value),
        ),
    });
    expect(await post(app)).toMatchObject({ status: 200, body: '{"amount":1}' });
    await using forms = await start(async (c) => c.json(Object.keys(await c.req.parseBody())));
    expect(await post(forms, { body: form("1") })).toMatchObject({ status: 200, body: '["amount","file"]' });
  });

  /** Those who read a body before us. */
  const earlier: Readonly<Record<string, MiddlewareHandler>> = {
    "a validator of JSON and one of forms": async (c, next) => {
      const checked = validator("json", (value: unknown) => value);
      return checked(c, () => Promise.resolve(validator("form", (value: unknown) => value)(c, next)).then(() => {}));
    },
    "c.req.formData or c.req.text": async (c, next) => {
      await (c.req.header("content-type")?.includes("form") ? c.req.formData() : c.req.text());
      await next();
    },
    "c.req.parseBody": async (c, next) => {
      await c.req.parseBody();
      await next();
    },
    "c.req.blob": async (c, next) => {
      await c.req.blob();
      await next();
    },
    "bodyLimit, in pieces": bodyLimit({ maxSize: 10_000 }),
    nobody: (_c, next) => next(),
  };
  for (const [who, middleware] of Object.entries(earlier)) {
    for (const [kind, [body, other]] of Object.entries(bodies)) {
      it(`read before us by ${who}: a retry is recognised and another request told apart (${kind})`, async () => {
        await using app = await start((c) => c.json("done", 201), { before: (hono) => hono.use(middleware) });
        expect(await post(app, { body })).toMatchObject({ status: 201, replayed: null });
        expect(await post(app, { body })).toMatchObject({ status: 201, replayed: "true" });
        expect(await post(app, { body: other })).toMatchObject({ status: 422 });
        expect(app.runs()).toBe(1);
      });
    }
  }

  it("that were read past c.req are an error that says so, unless select says what counts", async () => {
    const before: Around["before"] = (hono) => {
      hono.use(async (c, next) => {
        await c.req.raw.text();
        await next();
      });
      hono.onError((error, c) => c.text(error.message, 500));
    };
    await using app = await start((c) => c.json("done"), { before });
    expect(await post(app)).toMatchObject({ status: 500, body: expect.stringContaining("was read past c.req") });
    const options = { fingerprint: { select: () => ({ counts: 1 }) } };
    await using selecting = await start((c) => c.json("done"), { before, options });
    expect(await post(selecting)).toMatchObject({ status: 200 });
  });
});

describe("the middleware", () => {
  const options = () => ({ store: new MemoryStore(), scope: "global" }) as const;

  it("names the caller by the context, with the application's own variables", async () => {
    type AppEnv = { Variables: { account: string } };
    const app = new Hono<AppEnv>().onError((_error, c) => c.text("failed", 500));
    app.use(async (c, next) => {
      c.set("account", c.req.header("x-account") ?? "");
      await next();
    });
    const idem = idempotency<AppEnv>({ ...options(), scope: (c) => c.get("account") });
    app.post("/things", idem, (c) => c.json({ account: c.get("account"), attempt: c.var.idempotency?.number }));
    const ask = (account: string) =>
      app.request("/things", { method: "POST", headers: { "idempotency-key": "a", "x-account": account } });
    const answers = await Promise.all((await Promise.all([ask("a"), ask("b")])).map((each) => each.json()));
    expect(answers).toEqual([
      { account: "a", attempt: 1 },
      { account: "b", attempt: 1 },
    ]);
    expect((await ask("a")).headers.get("idempotent-replayed")).toBe("true");
    expect((await ask("")).status).toBe(500);
  });

  it("lets a route differ, and leaves others alone", async () => {
    const app = new Hono();
    const idem = idempotency(options());
    app.delete("/things", idem.with({ methods: ["DELETE"] }), (c) => c.body(null, 204));
    app.all("/optional", idem.with({ required: false }), (c) => c.json({ is: c.get("idempotency")?.number ?? "none" }));
    const ask = async (method: string, path: string, key?: string) => {
      const headers = key === undefined ? {} : { "idempotency-key": key };
      const { status } = await app.request(path, { method, headers });
      return status;
    };
    expect(await ask("DELETE", "/things")).toBe(400);
    expect(await ask("DELETE", "/things", "a")).toBe(204);
    expect(await ask("DELETE", "/things", "a")).toBe(204);
    expect(await (await app.request("/optional", { method: "POST" })).json()).toEqual({ is: "none" });
    expect(await ask("POST", "/optional", "b")).toBe(200);
    expect(await ask("HEAD", "/optional")).toBe(200);
    expect(await ask("GET", "/optional", "broken, key")).toBe(200);
  });

  it("of a mounted application stands there too", async () => {
    const inner = new Hono().use(idempotency(options())).post("/", (c) => c.json("done", 201));
    const app = new Hono().route("/things", inner);
    expect((await app.request("/things", { method: "POST" })).status).toBe(400);
    expect((await app.request("/things", { method: "POST", headers: { "idempotency-key": "a" } })).status).toBe(201);
  });

  it("is an error twice on the way", async () => {
    const { app } = mount((c) => c.json("done"), {
      after: (hono) => hono.use("/things", idempotency(options())),
      before: (hono) => hono.onError((error, c) => c.text(error.message, 500)),
    });
    const answer = await app.request("/things", { method: "POST", headers: { "idempotency-key": "a" } });
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining("ran twice for one request")]);
  });

  it("refuses wrong options at once", () => {
    expect(() => idempotency({ ...options(), maxBodyBytes: -1 })).toThrow("maxBodyBytes");
    expect(() => idempotency(options()).with({ maxBodyBytes: -1 })).toThrow("maxBodyBytes");
  });

  it("leaves an engine of the application open", async () => {
    const oncekey = createOncekey({ store: new MemoryStore() });
    const app = new Hono().post("/things", idempotency({ oncekey, scope: "global" }), (c) => c.json("done"));
    expect((await app.request("/things", { method: "POST", headers: { "idempotency-key": "a" } })).status).toBe(200);
    expect(await oncekey.idle()).toEqual({ unfinished: 0 });
  });
});

describe("work that outlives the answer", () => {
  /** A platform that keeps running only for what it was told of. */
  function platform() {
    const works: Promise<unknown>[] = [];
    const executionCtx: ExecutionContext = {
      waitUntil: (work) => void works.push(work),
      passThroughOnException() {},
      props: {},
    };
    return { works, executionCtx };
  }

  it("is told to a platform that would stop it: the handler, and what is still to be stored", async () => {
    const [stored, ended] = [latch(), latch()];
    const store = new MemoryStore();
    let completions = 0;
    store.replace = async (...write) => {
      if (write[3].state === "completed") await stored.opened;
      const written = await MemoryStore.prototype.replace.apply(store, write);
      if (write[3].state === "completed") completions += 1;
      return written;
    };
    const app = new Hono();
    app.post("/things", idempotency({ store, scope: "global", completionTimeoutMs: 1 }), async (c) => {
      await ended.opened;
      return c.json("done");
    });
    const { works, executionCtx } = platform();
    const request = new Request("http://localhost/things", { method: "POST", headers: { "idempotency-key": "a" } });
    const answer = app.fetch(request, {}, executionCtx);
    await until(() => works.length === 1);
    ended.open();
    expect((await answer).status).toBe(200);
    expect(completions).toBe(0);
    stored.open();
    await works[0];
    expect(completions).toBeGreaterThan(0);
  });

  it("does not tell of a failure a second time", async () => {
    const { app } = mount(() => Promise.reject(new Error("away")), {
      before: (hono) => hono.onError((_error, c) => c.text("failed", 500)),
    });
    const { works, executionCtx } = platform();
    const request = new Request("http://localhost/things", { method: "POST", headers: { "idempotency-key": "a" } });
    expect((await app.fetch(request, {}, executionCtx)).status).toBe(500);
    await expect(Promise.all(works)).resolves.toHaveLength(1);
  });
});

it("a client that hangs up does not stop the handler, and the retry gets its answer", async () => {
  const gate = latch();
  let gone = false;
  const app = new Hono().post("/things", idempotency({ store: new MemoryStore(), scope: "global" }), async (c) => {
    c.req.raw.signal.addEventListener("abort", () => {
      gone = true;
    });
    await gate.opened;
    return c.json("done", 201);
  });
  const { url, close } = await listen(app);
  await using _ = { [Symbol.asyncDispose]: close };
  const hangUp = new AbortController();
  const first = post({ url }, { signal: hangUp.signal });
  await until(async () => (await post({ url })).status === 409);
  hangUp.abort();
  await expect(first).rejects.toThrow();
  await until(() => gone);
  gate.open();
  await until(async () => (await post({ url })).status !== 409);
  expect(await post({ url })).toMatchObject({ status: 201, body: '"done"', replayed: "true" });
});
