import Router from "@koa/router";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import type { Context, Middleware, Next } from "koa";
import { type IdempotencyMiddleware, type IdempotencyOptions, idempotency, type RouteOptions } from "../src/index.js";
import type { KoaFactory } from "./majors.js";
import { listen, type Running } from "./serve.js";

/** An application with one protected route, on a real server. */
export interface App extends Running, AsyncDisposable {
  readonly idem: IdempotencyMiddleware;
  readonly store: IdempotencyStore;
  /** How often the handler began. */
  runs(): number;
  /** What reached the application's listener for errors. */
  readonly errors: Error[];
}

/** What stands around the handler of `POST /things`. */
export interface Around {
  readonly store?: IdempotencyStore;
  readonly options?: RouteOptions;
  /** Middleware before the idempotency check, and after it. */
  readonly before?: readonly Middleware[];
  readonly after?: readonly Middleware[];
}

export type Handle = (ctx: Context, next: Next) => unknown;

/** Starts an application whose handler is `handle`. */
export async function start(Koa: KoaFactory, handle: Handle, around: Around = {}): Promise<App> {
  const { store = new MemoryStore(), options = {}, before = [], after = [] } = around;
  const errors: Error[] = [];
  let runs = 0;
  const all: IdempotencyOptions = { store, scope: "global", ...options };
  const idem = idempotency(all);
  const app = new Koa();
  app.on("error", (error: Error) => errors.push(error));
  for (const each of before) app.use(each);
  const router = new Router();
  router.post("/things", idem, ...after, (ctx: Context, next: Next) => {
    runs += 1;
    return handle(ctx, next);
  });
  app.use(router.routes());
  const running = await listen(app.callback());
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
