import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import Fastify, { type FastifyInstance, type RouteHandlerMethod } from "fastify";
import { type IdempotencyOptions, idempotency, type RouteOptions } from "../src/index.js";

/** An application with one protected route, on a real server. */
export interface App extends AsyncDisposable {
  readonly url: string;
  readonly fastify: FastifyInstance;
  readonly store: IdempotencyStore;
  /** How often the handler began. */
  runs(): number;
}

/** What stands around the handler of `POST /things`. */
export interface Around {
  readonly store?: IdempotencyStore;
  readonly options?: RouteOptions;
  /** Before the idempotency plugin is registered, and after it. */
  readonly before?: (app: FastifyInstance) => unknown;
  readonly after?: (app: FastifyInstance) => unknown;
  /** What the route says besides. */
  readonly route?: object;
}

/** Starts an application whose handler is `handle`. */
export async function start(handle: RouteHandlerMethod, around: Around = {}): Promise<App> {
  const { store = new MemoryStore(), options = {}, before, after, route = {} } = around;
  let runs = 0;
  const fastify = Fastify({ forceCloseConnections: true });
  await before?.(fastify);
  const all: IdempotencyOptions = { store, scope: "global", ...options };
  await fastify.register(idempotency, all);
  await after?.(fastify);
  fastify.route({
    method: "POST",
    url: "/things",
    handler(request, reply) {
      runs += 1;
      return Reflect.apply(handle, this, [request, reply]);
    },
    ...route,
  });
  const url = await fastify.listen({ port: 0, host: "127.0.0.1" });
  return { url, fastify, store, runs: () => runs, [Symbol.asyncDispose]: () => fastify.close() };
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
  const form = rest.body instanceof FormData;
  const response = await fetch(`${app.url}${path}`, {
    method: "POST",
    redirect: "manual",
    body: '{"amount":1}',
    ...rest,
    headers: {
      ...(form ? {} : { "content-type": "application/json" }),
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
