// One of the apps, or the client, as a Worker: which of them is said by a binding.
import { MemoryStore } from "@oncekey/core";
import { honoApp, type Platform, protectedApp, type Serve } from "./apps.js";
import { clientApp, inMemory } from "./client.js";
import { codedAnswers } from "./coded.js";
import { codedByTheRuntime, keptOpen } from "./on-workers.js";

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
