import { createOncekey, MemoryStore, type Oncekey } from "@oncekey/core";
import { protect as protectHandler } from "@oncekey/http";
import { compressed } from "./compressed.js";
import { type FetchHandler, fetchApp, type Protect } from "./fetch-app.js";
import type { BindingFixture, RunningBinding } from "./fixture.js";
import { serveFetch } from "./serve-fetch.js";

/** What a {@link protectFixture} may do in another way: for planted bugs, and without a network. */
export interface ProtectFixtureOptions {
  /** Changes the binding before it is used. */
  readonly plant?: (protect: Protect) => Protect;
  readonly serve?: (handler: FetchHandler) => Promise<RunningBinding>;
  /** Shuts the protection down in order. */
  readonly shutDown?: (oncekey: Oncekey) => Promise<unknown>;
}

/**
 * The scripted app behind `protect` of `@oncekey/http`, over a store in memory, served by `node:http`.
 *
 * Defaults: the binding as it is, over HTTP, closed by `close()`.
 */
export function protectFixture(name: string, options: ProtectFixtureOptions = {}): BindingFixture {
  const { plant = (protect) => protect, serve = serveFetch, shutDown = (oncekey) => oncekey.close() } = options;
  return {
    name,
    start: async (app) => {
      const oncekey = createOncekey({ store: app.store(new MemoryStore()) });
      app.onShutdown(() => shutDown(oncekey));
      const protect: Protect = (handler, { options }) =>
        protectHandler(handler, {
          oncekey,
          scope: ({ headers }) => app.scope((header) => headers.get(header)),
          ...options,
        });
      const server = await serve(compressed(fetchApp(app, plant(protect))));
      return {
        ...server,
        close: async () => {
          await server.close();
          await oncekey.close();
        },
      };
    },
  };
}
