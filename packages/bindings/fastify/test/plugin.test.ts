import { createOncekey, MemoryStore } from "@oncekey/core";
import Fastify, { type FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { type IdempotencyOptions, idempotency } from "../src/index.js";
import { latch, post, start, until } from "./app.js";

const options = (): IdempotencyOptions => ({ store: new MemoryStore(), scope: "global" });

/** Whether a route is protected: it asks for a key. */
async function asksForKey(app: FastifyInstance, url: string, method: "POST" | "PUT" = "POST"): Promise<boolean> {
  return (await app.inject({ method, url })).statusCode === 400;
}

describe("the plugin", () => {
  it("is registered with its options, or has them already", async () => {
    for (const register of [
      (app: FastifyInstance) => app.register(idempotency, options()),
      (app: FastifyInstance) => app.register(idempotency(options())),
    ]) {
      await using app = Fastify();
      await register(app);
      app.post("/things", () => "done");
      expect(await asksForKey(app, "/things")).toBe(true);
      expect(app.hasPlugin("@oncekey/fastify")).toBe(true);
    }
  });

  it("protects the instance on which it is registered, and those below, and no other", async () => {
    await using app = Fastify();
    app.register(async (inner) => {
      await inner.register(idempotency, options());
      inner.post("/inside", () => "done");
      inner.register(async (below) => {
        below.post("/below", () => "done");
      });
    });
    app.post("/outside", () => "done");
    expect(await asksForKey(app, "/inside")).toBe(true);
    expect(await asksForKey(app, "/below")).toBe(true);
    expect(await asksForKey(app, "/outside")).toBe(false);
  });

  it("lets a route differ, by its config", async () => {
    await using app = Fastify();
    await app.register(idempotency, options());
    app.post("/free", { config: { idempotency: false } }, () => "done");
    app.post("/optional", { config: { idempotency: { required: false } } }, () => "done");
    app.post("/plain", { config: { idempotency: true } }, () => "done");
    app.put("/put", { config: { idempotency: { methods: ["PUT"] } } }, () => "done");
    app.put("/other", () => "done");
    app.route({ method: ["GET", "POST"], url: "/both", handler: () => "done" });
    expect(await asksForKey(app, "/free")).toBe(false);
    expect(await asksForKey(app, "/optional")).toBe(false);
    expect(await asksForKey(app, "/plain")).toBe(true);
    expect(await asksForKey(app, "/put", "PUT")).toBe(true);
    expect(await asksForKey(app, "/other", "PUT")).toBe(false);
    expect(await asksForKey(app, "/both")).toBe(true);
    expect((await app.inject("/both")).statusCode).toBe(200);
  });

  it("leaves the configuration of a route to others", async () => {
    await using app = Fastify();
    await app.register(idempotency, options());
    app.post(
      "/things",
      { config: { idempotency: { required: false }, rateLimit: 1 } as object },
      ({ routeOptions }) => ({
        ...routeOptions.config,
      }),
    );
    const { json } = await app.inject({ method: "POST", url: "/things" });
    expect(json()).toEqual({ idempotency: { required: false }, rateLimit: 1, url: "/things", method: "POST" });
  });

  it("tells the handler its attempt, and only a protected one", async () => {
    await using app = Fastify();
    await app.register(idempotency, options());
    app.post("/things", ({ idempotency: attempt }) => ({ number: attempt?.number, key: attempt?.deriveKey("charge") }));
    app.get("/things", (request) => ({ is: request.idempotency ?? "none" }));
    const answer = await app.inject({ method: "POST", url: "/things", headers: { "idempotency-key": "a" } });
    expect(answer.json()).toEqual({ number: 1, key: expect.stringMatching(/^[\w-]{43}$/) });
    expect((await app.inject("/things")).json()).toEqual({ is: "none" });
  });

  it("works where requests are injected, as in tests", async () => {
    await using app = Fastify();
    await app.register(idempotency, options());
    let runs = 0;
    app.post("/things", ({ body }, reply) => {
      runs += 1;
      return reply.code(201).send({ body });
    });
    const send = (payload: object) =>
      app.inject({ method: "POST", url: "/things", headers: { "idempotency-key": "a" }, payload });
    const first = await send({ amount: 1 });
    const retry = await send({ amount: 1 });
    expect([first.statusCode, first.json()]).toEqual([201, { body: { amount: 1 } }]);
    expect([retry.statusCode, retry.body, retry.headers["idempotent-replayed"]]).toEqual([201, first.body, "true"]);
    expect((await send({ amount: 2 })).statusCode).toBe(422);
    expect(runs).toBe(1);
  });
});

describe("mistakes", () => {
  it("in the options end the start", async () => {
    await expect(Fastify().register(idempotency, { ...options(), maxBodyBytes: -1 })).rejects.toThrow("maxBodyBytes");
    expect(() => idempotency({ ...options(), maxBodyBytes: -1 })).toThrow("maxBodyBytes");
  });

  it("in a route's config are told when it is added", async () => {
    await using app = Fastify();
    await app.register(idempotency, options());
    const add = (config: object, method = "POST") => app.route({ method, url: "/x", config, handler: () => "done" });
    expect(() => add({ idempotency: { maxBodyBytes: -1 } })).toThrow(/^POST \/x: config\.idempotency: .*maxBodyBytes/);
    expect(() => add({ idempotency: { store: new MemoryStore() } })).toThrow('"store" is no option');
    expect(() => add({ idempotency: { policy: "at-most-once" } }, "PUT")).toThrow(
      "PUT /x: config.idempotency protects nothing here; name PUT in methods",
    );
  });

  it("are not passed over where a route is added before the plugin is loaded", async () => {
    const app = Fastify();
    app.register(idempotency, options());
    app.post("/things", () => "done");
    app.post("/free", { config: { idempotency: false } }, () => "done");
    app.get("/things", () => "done");
    await using _ = app;
    const answer = await app.inject({ method: "POST", url: "/things" });
    expect([answer.statusCode, answer.json().message]).toEqual([500, expect.stringContaining("await app.register")]);
    expect((await app.inject({ method: "POST", url: "/free" })).statusCode).toBe(200);
    expect((await app.inject("/things")).statusCode).toBe(200);
    expect((await app.inject({ method: "POST", url: "/unknown" })).statusCode).toBe(404);
  });

  it("are told where a route would be protected twice", async () => {
    await using app = Fastify();
    await app.register(idempotency, options());
    await app.register(idempotency, options());
    expect(() => app.post("/things", () => "done")).toThrow("POST /things: idempotency is registered twice");
  });
});

describe("closing", () => {
  it("waits for what is running", async () => {
    const gate = latch();
    await using app = await start(async () => {
      await gate.opened;
      return "done";
    });
    const first = post(app);
    await until(() => app.runs() === 1);
    let closed = false;
    const closing = app.fastify.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    gate.open();
    await Promise.all([first.catch(() => {}), closing]);
    expect(await app.store.get("none")).toBeUndefined();
  });

  it("leaves an engine of the application open", async () => {
    const oncekey = createOncekey({ store: new MemoryStore() });
    const app = Fastify();
    await app.register(idempotency, { oncekey, scope: "global" });
    await app.close();
    const operation = { key: "a", scope: "global", fingerprint: "s1:a" };
    expect(await oncekey.execute(operation, () => "done")).toMatchObject({ outcome: "executed" });
  });
});
