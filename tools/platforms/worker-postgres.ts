// The scripted app as a Worker on Postgres, as one has to write it there: with a connection of its own for each request.
import { fetchApp, ScriptedApp } from "@oncekey/conformance";
import { protect } from "@oncekey/http";
import { PostgresStore } from "@oncekey/postgres";
import pg from "pg";
import type { Platform } from "./apps.js";
import { codedByTheRuntime, keptOpen } from "./on-workers.js";

const script = new ScriptedApp();
const unprotected = fetchApp(script, (route) => route);

export default {
  async fetch(request: Request, env: { readonly DATABASE_URL: string }, platform: Platform): Promise<Response> {
    const { pathname } = new URL(request.url);
    const scenario = script.scenarios.find(({ name }) => pathname === `/scenario/${name}`);
    if (scenario === undefined) return await unprotected(request);
    const client = new pg.Client({ connectionString: env.DATABASE_URL });
    await client.connect();
    const handler = protect(unprotected, {
      store: script.store(new PostgresStore(client)),
      scope: ({ headers }) => script.scope((name) => headers.get(name)),
      // When the handler has ended, and its answer is stored.
      waitUntil: (work) => platform.waitUntil(work.finally(() => client.end())),
      // Many connections at once take their time on a busy machine; the default is a second.
      claimTimeoutMs: 4_000,
      ...scenario.options,
    });
    return keptOpen(await codedByTheRuntime(handler)(request, platform), platform);
  },
};
