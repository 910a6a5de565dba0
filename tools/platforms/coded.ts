import { gzipSync } from "node:zlib";
import { MemoryStore } from "@oncekey/core";
import { protect } from "@oncekey/http";
import type { Serve } from "./apps.js";

/** What the answers say, whoever has coded them. */
export const TEXT = "the same words, however they travel. ".repeat(8);

/**
 * Protected answers that are coded before the protection sees them, on Workers: bytes that the handler has coded itself,
 * and what another server has answered, which a Worker reads without its coding and sends with it again.
 */
export function codedAnswers(): Serve {
  return protect(
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/proxied") return await fetch(searchParams.get("from") ?? "");
      // Workers code what is named as coded, unless they are told that it is.
      const init = { headers: { "content-encoding": "gzip" }, encodeBody: "manual" };
      return new Response(gzipSync(TEXT), init);
    },
    { store: new MemoryStore(), scope: "global" },
  );
}
