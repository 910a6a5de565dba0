import { gzipSync } from "node:zlib";
import {
  type BrokenBinding,
  type Bug,
  broken,
  inside,
  isEndless,
  isRefusal,
  misconfigured,
  onReplay,
  operationOf,
  outside,
  withHeaders,
} from "./broken-binding.js";

const marker = "idempotent-replayed";

/** Keeps something of every first answer, and puts it into the replays. */
function remembering<Kept>(
  keep: (first: Response, request: Request) => Kept,
  put: (replay: Response, kept: Kept, request: Request) => Response | Promise<Response>,
): Bug {
  return (protect) => {
    const memory = new Map<string, Kept>();
    const forget = outside(async (next, request) => {
      const answer = await next(request);
      if (isRefusal(answer)) return answer;
      if (!answer.headers.has(marker)) {
        memory.set(operationOf(request), keep(answer, request));
        return answer;
      }
      const kept = memory.get(operationOf(request));
      return kept === undefined ? answer : await put(answer, kept, request);
    });
    return forget(protect);
  };
}

/** Bugs in what a replay looks like. */
export const brokenReplays: readonly BrokenBinding[] = [
  broken(
    "text-bodies",
    "takes the body as text, which harms every byte that is no UTF-8 and drops a byte order mark",
    ["RPL-07", "RPL-08", "BDY-02"],
    inside(async (handler, request) => {
      const answer = await handler(request);
      if (answer.body === null || isEndless(answer)) return answer;
      const { status, headers } = answer;
      return new Response(new TextEncoder().encode(await answer.text()), { status, headers });
    }),
  ),
  broken(
    "replays-cookies",
    "stores all headers, so that whoever has the key gets the first caller's session",
    ["RPL-04"],
    remembering(
      (first) => first.headers.getSetCookie(),
      (replay, cookies) =>
        withHeaders(replay, (headers) => {
          for (const cookie of cookies) headers.append("set-cookie", cookie);
        }),
    ),
  ),
  broken(
    "replays-every-header",
    "stores all headers but cookies: dates, ages and the permissions of the first caller's origin come back",
    ["RPL-05", "RPL-06"],
    remembering(
      (first) => [...first.headers].filter(([name]) => name !== "set-cookie"),
      (replay, kept) =>
        withHeaders(replay, (headers) => {
          for (const [name, value] of kept) headers.set(name, value);
        }),
    ),
  ),
  broken(
    "last-line-only",
    "stores headers as an object, which keeps the last line of a header that has several",
    ["RPL-14"],
    onReplay((replay) =>
      withHeaders(replay, (headers) => {
        const last = headers.get("link")?.split(", ").at(-1);
        if (last !== undefined) headers.set("link", last);
      }),
    ),
  ),
  broken(
    "ignores-listed-headers",
    "stores the usual headers only, and not the ones that the route lists",
    ["RPL-03", "RPL-09"],
    misconfigured(({ storedHeaders: _, ...options }) => options),
  ),
  broken(
    "no-content-is-200",
    "replays an answer without a body as 200, as a framework's sender does by default",
    ["RPL-09", "HTP-05"],
    onReplay((replay) =>
      replay.status === 204 ? new Response(null, { status: 200, headers: replay.headers }) : replay,
    ),
  ),
  broken(
    "falsy-runs-again",
    "takes a stored null for nothing stored: `if (stored.body)`",
    ["RPL-11"],
    (protect) => (handler, scenario) => {
      const next = protect(handler, scenario);
      return async (request) => {
        const answer = await next(request);
        if (!answer.headers.has(marker)) return answer;
        return (await answer.clone().text()) === "null" ? handler(request) : answer;
      };
    },
  ),
  broken(
    "streams-lost",
    "captures the first piece of an answer that is written in pieces",
    ["RPL-12", "POL-10"],
    inside(async (handler, request) => {
      const answer = await handler(request);
      const reader = isEndless(answer) ? undefined : answer.body?.getReader();
      if (reader === undefined) return answer;
      const { value } = await reader.read();
      return new Response(value, { status: answer.status, headers: answer.headers });
    }),
  ),
  broken(
    "marks-unkeyed-answers",
    "marks every answer that has passed through it",
    ["KEY-02", "RPL-02", "RPL-16"],
    outside(async (next, request) => {
      const answer = await next(request);
      if (request.headers.has("idempotency-key")) return answer;
      return answer.status < 400 ? withHeaders(answer, (headers) => headers.set(marker, "true")) : answer;
    }),
  ),
  broken(
    "replays-the-coding",
    "stores the compressed body, and sends it to clients that cannot read it",
    ["HTP-08"],
    remembering(
      (_, request) => request.headers.get("accept-encoding") ?? "",
      async (replay, accepted) => {
        if (!accepted.includes("gzip") || replay.body === null) return replay;
        const body = gzipSync(await replay.arrayBuffer());
        return withHeaders(new Response(body, replay), (headers) => headers.set("content-encoding", "gzip"));
      },
    ),
  ),
];
