import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { type Handler, Hono } from "hono";
import { idempotency, type RouteOptions } from "../src/index.js";
import { listen } from "./listen.js";

/** An application with one protected route, on a real server. */
export interface App extends AsyncDisposable {
  readonly url: string;
  /** How often the handler began. */
  runs(): number;
}

/** What stands around the handler of `POST /things`. */
export interface Around {
  readonly store?: IdempotencyStore;
  readonly options?: RouteOptions;
  /** Before the idempotency middleware is mounted, and after it. */
  readonly before?: (app: Hono) => unknown;
  readonly after?: (app: Hono) => unknown;
}

/** Mounts an application whose handler is `handle`. */
export function mount(handle: Handler, around: Around = {}): { readonly app: Hono; runs(): number } {
  const { store = new MemoryStore(), options = {}, before, after } = around;
  let runs = 0;
  const app = new Hono();
  before?.(app);
  app.use("/things", idempotency({ store, scope: "global", ...options }));
  after?.(app);
  app.post("/things", (c, next) => {
    runs += 1;
    return handle(c, next);
  });
  return { app, runs: () => runs };
}

/** Starts an application whose handler is `handle`. */
export async function start(handle: Handler, around: Around = {}): Promise<App> {
  const { app, runs } = mount(handle, around);
  const { url, close } = await listen(app);
  return { url, runs, [Symbol.asyncDispose]: close };
}

/** What a client sees of an answer. */
export interface Seen {
  readonly status: number;
  readonly replayed: string | null;
  readonly body: string;
  readonly headers: Headers;
}

/** Posts to the route. */
export async function post(
  app: { readonly url: string },
  init: RequestInit & { readonly key?: string; readonly path?: string } = {},
): Promise<Seen> {
  const { key = "key-1", path = "/things", headers, ...rest } = init;
  const typed = rest.body !== undefined && typeof rest.body !== "string";
  const response = await fetch(`${app.url}${path}`, {
    method: "POST",
    redirect: "manual",
    body: '{"amount":1}',
    ...rest,
    headers: {
      ...(typed ? {} : { "content-type": "application/json" }),
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
