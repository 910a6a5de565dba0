import { MemoryStore } from "@oncekey/core";
import { protect } from "@oncekey/http";
import { describe, it } from "vitest";
import { type BindingFixture, fetchApp, registerBindingConformance, serveFetch } from "../src/index.js";

/** `protect`, on node:http by the suite's own fetch server. */
const fixture: BindingFixture = {
  name: "protect",
  lacks: {
    "error-handler": "a fetch-style handler has no way of handing an error on but to throw it",
    compression: "this server does not compress",
  },
  start: async (app) => {
    const store = app.store(new MemoryStore());
    const handler = fetchApp(app, (route, { options }) =>
      protect(route, { store, scope: (request) => app.scope((name) => request.headers.get(name)), ...options }),
    );
    return await serveFetch(handler);
  },
};

registerBindingConformance(fixture, { describe, it });
