import { MemoryStore, NotExecutedError } from "@oncekey/core";
import type { ErrorRequestHandler, Express, RequestHandler } from "express";
import { describe, expect, it } from "vitest";
import { type IdempotencyMiddleware, idempotency, idempotencyErrors } from "../src/index.js";
import { post } from "./app.js";
import { type ExpressFactory, majors } from "./majors.js";
import { listen } from "./serve.js";

/** Every way in which a handler fails. A rejection reaches nobody in Express 4, so handlers there catch it. */
const ways: Readonly<Record<string, (error: Error) => RequestHandler>> = {
  thrown: (error) => () => {
    throw error;
  },
  rejected: (error) => (_req, _res, next) => Promise.reject(error).catch(next),
  "handed to next": (error) => (_req, _res, next) => next(error),
  "handed to next, later": (error) => (_req, _res, next) => void setImmediate(() => next(error)),
  "handed to next by a callback of the response": (error) => (_req, res, next) => {
    res.format({ "application/json": () => next(error) });
  },
};

const vendorAway = () => new NotExecutedError("the vendor refused the connection");

/** An application's own error handler, which hides what went wrong. */
const own: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).json({ error: "internal" });

/** Starts an application under at-most-once. */
async function start(express: ExpressFactory, mount: (app: Express, idem: IdempotencyMiddleware) => void) {
  const app = express();
  // Keeps Express from printing what its last handler answers.
  app.set("env", "test");
  mount(app, idempotency({ store: new MemoryStore(), scope: "global", policy: "at-most-once" }));
  const running = await listen(app);
  return { ...running, app, [Symbol.asyncDispose]: running.close };
}

for (const { name, express } of majors) {
  describe(`${name}: a handler that says that nothing was done`, () => {
    for (const [way, make] of Object.entries(ways)) {
      /** Fails with this error the first time, and answers the second time. */
      const failingOnce = (error: Error): RequestHandler => {
        let failed = false;
        const fail = make(error);
        return (req, res, next) => {
          if (failed) return void res.status(201).json("done");
          failed = true;
          return fail(req, res, next);
        };
      };

      const places: Readonly<
        Record<string, (app: Express, idem: IdempotencyMiddleware, handle: RequestHandler) => void>
      > = {
        "a route, errors left to Express": (app, idem, handle) => app.post("/things", idem, handle),
        "a route, with an error handler of the application": (app, idem, handle) =>
          app.post("/things", idem, handle).use(own),
        "a route of every method": (app, idem, handle) => app.all("/things", idem, handle).use(own),
        "a router in a router": (app, idem, handle) => {
          const inner = express.Router().post("/", idem, handle);
          app.use("/things", express.Router().use(inner)).use(own);
        },
        "a route with an error handler of its own": (app, idem, handle) =>
          app.post("/things", idem, handle, idempotencyErrors(), own),
        "an application with app.use": (app, idem, handle) =>
          app.use(idem).post("/things", handle).use(idempotencyErrors()).use(own),
        "an application with app.use, errors left to Express": (app, idem, handle) =>
          app.use(idem).post("/things", handle).use(idempotencyErrors()),
      };
      for (const [place, mount] of Object.entries(places)) {
        it(`${way}, in ${place}: the key is free`, async () => {
          const handle = failingOnce(vendorAway());
          await using app = await start(express, (server, idem) => mount(server, idem, handle));
          expect(await post(app)).toMatchObject({ status: 500, replayed: null });
          expect(await post(app)).toMatchObject({ status: 201, replayed: null, body: '"done"' });
          expect(await post(app)).toMatchObject({ status: 201, replayed: "true", body: '"done"' });
        });
      }

      it(`${way}: another error is answered the same for ever`, async () => {
        const handle = failingOnce(new Error("nobody knows what was done"));
        await using app = await start(express, (server, idem) => server.post("/things", idem, handle).use(own));
        for (const replayed of [null, "true"]) {
          expect(await post(app)).toMatchObject({ status: 500, replayed, body: '{"error":"internal"}' });
        }
      });
    }

    it("is not believed where somebody did it after all", async () => {
      const fallback: ErrorRequestHandler = (_error, _req, res, _next) =>
        void res.status(201).json("by another vendor");
      await using app = await start(express, (server, idem) =>
        server.post("/things", idem, (_req, _res, next) => next(vendorAway())).use(fallback),
      );
      for (const replayed of [null, "true"]) expect(await post(app)).toMatchObject({ status: 201, replayed });
    });

    it("is believed where its answer had begun, which is then cut off", async () => {
      let failed = false;
      await using app = await start(express, (server, idem) =>
        server.post("/things", idem, (_req, res, next) => {
          if (failed) return void res.json("done");
          failed = true;
          res.write("half of");
          return next(vendorAway());
        }),
      );
      await expect(post(app)).rejects.toThrow();
      expect(await post(app)).toMatchObject({ status: 200, replayed: null });
    });

    it("leaves the route as it was, but for one handler", async () => {
      const stacks = new Set<number>();
      await using app = await start(express, (server, idem) => {
        server.post("/things", idem, (req, res) => {
          stacks.add(req.route.stack.length);
          res.json("done");
        });
      });
      for (const key of ["a", "b", "c"]) expect(await post(app, { key })).toMatchObject({ status: 200 });
      expect([...stacks]).toEqual([3]);
      const options = await fetch(`${app.url}/things`, { method: "OPTIONS" });
      expect([options.status, options.headers.get("allow")]).toEqual([200, "POST"]);
      expect((await fetch(`${app.url}/things`)).status).toBe(404);
    });
  });
}
