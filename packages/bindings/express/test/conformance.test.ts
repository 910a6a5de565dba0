import {
  type Answer,
  type BindingFixture,
  registerBindingConformance,
  type Scenario,
  type ScriptedApp,
} from "@oncekey/conformance";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { migrate, PostgresStore } from "@oncekey/postgres";
import { createDatabase } from "@oncekey/services";
import compression from "compression";
import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import pg from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { idempotency } from "../src/index.js";
import { type ExpressFactory, majors } from "./majors.js";
import { listen } from "./serve.js";

let pool: pg.Pool;
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase(), max: 16 });
  await migrate(pool);
});
afterAll(() => pool.end());

interface Setting {
  readonly express: ExpressFactory;
  readonly store?: () => IdempotencyStore;
  readonly parsers?: () => readonly RequestHandler[];
  readonly lacks?: NonNullable<BindingFixture["lacks"]>;
}

/** Mounts the scripted app with Express's own means. */
function mount(
  express: ExpressFactory,
  app: ScriptedApp,
  store: IdempotencyStore,
  parsers: readonly RequestHandler[],
): Express {
  const server = express();
  const idem = idempotency({
    store: app.store(store),
    scope: (req) => app.scope((name) => req.get(name)),
  });
  app.onShutdown(() => idem.close());
  for (const parser of parsers) server.use(parser);
  server.use("/scenario/compressible", compression({ threshold: 0 }));
  for (const scenario of app.scenarios) {
    server.all(`/scenario/${scenario.name}`, idem.with(scenario.options), handlerOf(app, scenario));
  }
  server.use("/control", (req, res) => {
    const { status, json } = app.control(req.method, req.originalUrl);
    res.status(status).json(json);
  });
  // Express would print the error.
  server.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) next(error);
    else res.status(500).json({ error: "internal" });
  });
  server.set("env", "test");
  return server;
}

function handlerOf(app: ScriptedApp, scenario: Scenario): RequestHandler {
  return (req, res, next) => {
    app
      .visit(scenario, { header: (name) => req.get(name), body: () => bytesOf(req) })
      .then((visit) => (visit.kind === "error" ? next(visit.error) : send(res, visit.answer)))
      .catch(next);
  };
}

/** What the handler can still say about the body: its bytes, or a parsed value as JSON again. */
async function bytesOf(req: Request): Promise<Uint8Array> {
  if (req.readableEnded) return Buffer.from(typeof req.body === "string" ? req.body : JSON.stringify(req.body));
  const chunks: Uint8Array[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send(res: Response, { status, headers, body }: Answer): void {
  res.status(status);
  for (const [name, value] of headers) res.append(name, value);
  if (body.kind === "json") res.json(body.value);
  else if (body.kind === "redirect") res.redirect(status, body.location);
  else if (body.kind === "none") res.end();
  else if (body.kind === "bytes") res.send(Buffer.from(body.bytes));
  else if (body.kind === "events") {
    res.on("close", body.gone).flushHeaders();
    for (const event of body.events) res.write(event);
  } else {
    for (const piece of body.pieces) res.write(piece);
    if (body.breaksOff) res.destroy(new Error("this answer breaks off because its script says so"));
    else res.end();
  }
}

function judge(name: string, { express, store = () => new MemoryStore(), parsers = () => [], lacks = {} }: Setting) {
  const start: BindingFixture["start"] = (app) => listen(mount(express, app, store(), parsers()));
  registerBindingConformance({ name, start, lacks }, { describe, it });
}

for (const { name, express } of majors) {
  judge(name, { express });
  judge(`${name}, parsers first`, {
    express,
    parsers: () => [express.json({ strict: false }), express.urlencoded({ extended: true }), express.text()],
    lacks: { "raw-bodies": "parsers have read the bodies that they know" },
  });
}

for (const { name, express } of majors.slice(-1)) {
  judge(`${name} on Postgres`, { express, store: () => new PostgresStore(pool) });
}
