import type { DynamicModule, INestApplication, ModuleMetadata, Type } from "@nestjs/common";
import { type IdempotencyStore, MemoryStore } from "@oncekey/core";
import { IdempotencyModule, type IdempotencyOptions, type RouteOptions } from "../src/index.js";
import { create, type Platform } from "./platforms.js";

/** An application with one controller, on a real server. */
export interface App extends AsyncDisposable {
  readonly url: string;
  readonly nest: INestApplication;
  readonly store: IdempotencyStore;
}

/** What stands around the controller. */
export interface Around {
  readonly store?: IdempotencyStore;
  readonly options?: RouteOptions;
  readonly providers?: ModuleMetadata["providers"];
  readonly imports?: ModuleMetadata["imports"];
  /** Before the application listens. */
  readonly before?: (nest: INestApplication) => void;
}

/** Creates an application of these controllers; it does not listen yet. */
export async function build(platform: Platform, controllers: Type[], around: Around = {}): Promise<INestApplication> {
  const { store = new MemoryStore(), options = {}, providers = [], imports, before } = around;
  const all: IdempotencyOptions = { store, scope: "global", ...options };
  const module: DynamicModule = {
    module: class {},
    imports: imports ?? [IdempotencyModule.forRoot(all)],
    controllers,
    providers,
  };
  const nest = await create(platform, module, "of Nest");
  before?.(nest);
  return nest;
}

/** Starts an application with this controller. */
export async function start(platform: Platform, controller: Type, around: Around = {}): Promise<App> {
  const { store = new MemoryStore() } = around;
  const nest = await build(platform, [controller], { ...around, store });
  await nest.listen(0, "127.0.0.1");
  return { url: await nest.getUrl(), nest, store, [Symbol.asyncDispose]: () => nest.close() };
}

/** What a client sees of an answer. */
export interface Seen {
  readonly status: number;
  readonly replayed: string | null;
  readonly body: string;
  readonly headers: Headers;
}

/** Posts to the controller, with a key for the path. */
export async function post(
  app: { readonly url: string },
  path: string,
  init: RequestInit & { readonly key?: string } = {},
): Promise<Seen> {
  const { key = `key-of-${path.slice(1)}`, headers, ...rest } = init;
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

/** Posts twice: the answer, once it is clear that the second one is the first. */
export async function postTwice(app: { readonly url: string }, path: string, init: RequestInit = {}): Promise<Seen> {
  const first = await post(app, path, init);
  const second = await post(app, path, init);
  if (first.replayed !== null || second.replayed !== "true") throw new Error(`${path} was not replayed`);
  if (first.status !== second.status || first.body !== second.body) throw new Error(`${path} was replayed differently`);
  return second;
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
