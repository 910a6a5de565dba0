// One of the apps, or the client, as a Worker: which of them is said by a binding.
import { MemoryStore } from "@oncekey/core";
import { honoApp, type Platform, protectedApp, type Serve } from "./apps.js";
import { clientApp, inMemory } from "./client.js";
import { codedAnswers } from "./coded.js";

const served: Readonly<Record<string, () => Serve>> = {
  // One store for all requests that this isolate gets: enough to be tried out, and for nothing else.
  protect: () => protectedApp(new MemoryStore(), codedByTheRuntime),
  hono: () => honoApp(new MemoryStore()),
  client: () => clientApp(inMemory),
  coded: codedAnswers,
};

let serve: Serve | undefined;

export default {
  async fetch(request: Request, { SERVED }: { readonly SERVED: string }, platform: Platform): Promise<Response> {
    serve ??= served[SERVED]?.();
    if (serve === undefined) throw new TypeError(`SERVED is ${SERVED}, and has to be one of ${Object.keys(served)}`);
    return keptOpen(await serve(request, platform), platform);
  },
};

/** Names texts as gzip where the client takes that: Workers code what is named so, and nobody else may. */
function codedByTheRuntime(next: Serve): Serve {
  return async (request, platform) => {
    const response = await next(request, platform);
    const isText = response.headers.get("content-type")?.startsWith("text/") === true;
    if (!isText || request.headers.get("accept-encoding")?.includes("gzip") !== true) return response;
    const coded = new Response(response.body, response);
    coded.headers.set("content-encoding", "gzip");
    return coded;
  };
}

/** Keeps a stream of events open: a Worker that waits for nothing is ended. Real events have their timers. */
function keptOpen(response: Response, platform: Platform): Response {
  const areEvents = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (areEvents) platform.waitUntil(new Promise((resolve) => setTimeout(resolve, 10_000)));
  return response;
}
