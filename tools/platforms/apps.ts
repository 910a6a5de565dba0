import { compressed, fetchApp, ScriptedApp } from "@oncekey/conformance";
import type { IdempotencyStore } from "@oncekey/core";
import { protect } from "@oncekey/http";
import { scripted } from "../../packages/bindings/hono/test/scripted.js";

/** What a fetch-style server serves; platforms that stop hand their own `waitUntil` along. */
export type Serve = (request: Request, platform?: Platform) => Response | Promise<Response>;

/** What Workers call the execution context, and what of it is used. */
export interface Platform {
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
}

/** The scripted app of the binding suite behind `protect`; `coded` compresses what is sent. */
export function protectedApp(store: IdempotencyStore, coded: (next: Serve) => Serve = compressed): Serve {
  const script = new ScriptedApp();
  const tapped = script.store(store);
  const platforms = new WeakMap<Request, Platform>();
  const app = coded(
    fetchApp(script, (route, { options }) =>
      protect(route, {
        store: tapped,
        scope: ({ headers }) => script.scope((name) => headers.get(name)),
        waitUntil: (work, request) => platforms.get(request)?.waitUntil(work),
        ...options,
      }),
    ),
  );
  return (request, platform) => {
    if (platform !== undefined) platforms.set(request, platform);
    return app(request);
  };
}

/** The same behind the middleware for Hono, on Hono's own routes. */
export function honoApp(store: IdempotencyStore): Serve {
  const app = scripted(new ScriptedApp(), store, []);
  return (request, platform) => app.fetch(request, {}, platform && { ...bound(platform), props: {} });
}

/** Workers refuse calls of their methods on another object. */
function bound(platform: Platform): Platform {
  return {
    waitUntil: (work) => platform.waitUntil(work),
    passThroughOnException: () => platform.passThroughOnException(),
  };
}
