import type { Platform, Serve } from "./apps.js";

/** Names texts as gzip where the client takes that: Workers code what is named so, and nobody else may. */
export function codedByTheRuntime(next: Serve): Serve {
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
export function keptOpen(response: Response, platform: Platform): Response {
  const areEvents = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (areEvents) platform.waitUntil(new Promise((resolve) => setTimeout(resolve, 10_000)));
  return response;
}
