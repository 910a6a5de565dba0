import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import { type IdempotencyMiddleware, type IdempotencyOptions, idempotency, type RouteOptions } from "../src/index.js";
import type { ExpressFactory } from "./majors.js";
import { listen, type Running } from "./serve.js";

/** An application with one protected route, on a real server. */
export interface App extends Running, AsyncDisposable {
  readonly idem: IdempotencyMiddleware;
  readonly store: IdempotencyStore;
  /** How often the handler began. */
  runs(): number;
  /** What reached the application's error handler. */
  readonly errors: unknown[];
}

/** What stands around the handler of `POST /things`. */
export interface Around {
  readonly store?: IdempotencyStore;
  readonly options?: RouteOptions;
  /** Middleware before the idempotency check, and after it. */
  readonly before?: readonly RequestHandler[];
  readonly after?: readonly RequestHandler[];
  /** Leaves errors to Express's own handler. */
  readonly bare?: boolean;
}

/** Starts an application whose handler is `handle`. */
export async function start(express: ExpressFactory, handle: RequestHandler, around: Around = {}): Promise<App> {
  const { store = new MemoryStore(), options = {}, before = [], after = [], bare = false } = around;
  const errors: unknown[] = [];
  let runs = 0;
  const all: IdempotencyOptions = { store, scope: "global", ...options };
  const idem = idempotency(all);
  const app: Express = express();
  // Keeps Express from printing what its last handler answers.
  app.set("env", "test");
  const counted: RequestHandler = (req, res, next) => {
    runs += 1;
    return handle(req, res, next);
  };
  app.post("/things", ...before, idem, ...after, counted);
  if (!bare) {
    app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
      errors.push(error);
      if (res.headersSent) next(error);
      else res.status(500).json({ error: error instanceof Error ? error.message : String(error) });
    });
  }
  const running = await listen(app);
  return { ...running, idem, store, runs: () => runs, errors, [Symbol.asyncDispose]: running.close };
}

/** What a client sees of an answer. */
export interface Seen {
  readonly status: number;
  readonly replayed: string | null;
  readonly body: string;
  readonly headers: Headers;
}

/** Posts to the route. */
export async function post(app: Running, init: RequestInit & { readonly key?: string } = {}): Promise<Seen> {
  const { key = "key-1", headers, ...rest } = init;
  const response = await fetch(`${app.url}/things`, {
    method: "POST",
    redirect: "manual",
    body: '{"amount":1}',
    ...rest,
    headers: {
      "content-type": "application/json",
      "idempotency-key": key,
      ...Object.fromEntries(new Headers(headers)),
    },
  });
  return {
    status: response.status,
    replayed: response.headers.get("idempotent-replayed"),
    body: Buffer.from(await response.arrayBuffer()).toString("latin1"),
    headers: response.headers,
  };
}

/** Waits for a condition; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Something that a handler waits for. */
export function latch(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
