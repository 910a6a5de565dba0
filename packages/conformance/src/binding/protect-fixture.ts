import { createOncekey, MemoryStore } from "@oncekey/core";
import { protect as protectHandler } from "@oncekey/http";
import { compressed } from "./compressed.js";
import { type FetchHandler, fetchApp, type Protect } from "./fetch-app.js";
import type { BindingFixture, RunningBinding } from "./fixture.js";
import { serveFetch } from "./serve-fetch.js";

/**
 * The scripted app behind `protect` of `@oncekey/http`, over a store in memory, served by `node:http`.
 *
 * `plant` changes the binding before it is used: for planted bugs. Default: as it is. `serve` serves it in another way.
 */
export function protectFixture(
  name: string,
  plant: (protect: Protect) => Protect = (protect) => protect,
  serve: (handler: FetchHandler) => Promise<RunningBinding> = serveFetch,
): BindingFixture {
  return {
    name,
    start: async (app) => {
      const oncekey = createOncekey({ store: app.store(new MemoryStore()) });
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
