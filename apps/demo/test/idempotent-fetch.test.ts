import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createIdempotentFetch } from "../public/idempotent-fetch.js";

type Reply = (...args: Parameters<RequestListener>) => void;

const created: Reply = (_, res) => res.writeHead(201).end("done");
const status =
  (code: number, headers: Record<string, string> = {}): Reply =>
  (_, res) =>
    res.writeHead(code, headers).end("no");

describe("the fetch of page and storm", () => {
  let server: Server;
  const keys: (string | undefined)[] = [];

  /** Answers each request with the next of the replies. */
  async function serve(...replies: readonly Reply[]): Promise<string> {
    keys.length = 0;
    server = createServer((req, res) => {
      keys.push(req.headers["idempotency-key"]?.toString());
      req.resume();
      replies[keys.length - 1]?.(req, res);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = { method: "POST", body: "{}" };
  const soon = { baseMs: 1 };

  const repeated: readonly [string, Reply][] = [
    ["a connection that breaks", (req) => req.socket.destroy()],
    [
      "an answer that breaks off",
      (req, res) => res.writeHead(201, { "content-length": "9" }).write("do", () => req.socket.destroy()),
    ],
    ["500", status(500)],
    ["503 with Retry-After", status(503, { "retry-after": "0" })],
    ["409 with Retry-After", status(409, { "retry-after": "0" })],
    ["429", status(429)],
  ];
  it.each(repeated)("repeats after %s, with the same key", async (_, first) => {
    const response = await createIdempotentFetch(soon)(await serve(first, created), post);
    expect([response.status, await response.text()]).toEqual([201, "done"]);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[\da-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  const final: readonly [string, Reply, number][] = [
    ["422", status(422), 422],
    ["400", status(400), 400],
    ["409 without Retry-After", status(409), 409],
    ["a failure that was stored", status(500, { "idempotent-replayed": "true" }), 500],
  ];
  it.each(final)("takes %s for the last word", async (_, reply, code) => {
    const response = await createIdempotentFetch(soon)(await serve(reply, created), post);
    expect([response.status, keys.length]).toEqual([code, 1]);
  });

  it("does not come back before it was told to", async () => {
    const waits: number[] = [];
    const hooks = { waiting: (ms: number) => waits.push(ms) };
    await createIdempotentFetch({ ...soon, hooks })(await serve(status(409, { "retry-after": "1" }), created), post);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
  });

  it("uses another key for another call, and the caller's where there is one", async () => {
    const url = await serve(created, created, created);
    const send = createIdempotentFetch();
    await send(url, post);
    await send(url, post);
    await send(url, { ...post, headers: { "idempotency-key": "mine" } });
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe("mine");
  });

  it("gives up at its deadline, with the last answer or the last error", async () => {
    const hasten = { ...soon, deadlineMs: 0 };
    expect((await createIdempotentFetch(hasten)(await serve(status(500)), post)).status).toBe(500);
    server.close();
    await expect(createIdempotentFetch(hasten)("http://127.0.0.1:1", post)).rejects.toThrow();
  });

  it("stops at once when the caller gives up", async () => {
    const controller = new AbortController();
    const hooks = { waiting: () => controller.abort(new Error("enough")) };
    const asking = createIdempotentFetch({ hooks })(await serve(status(409, { "retry-after": "60" })), {
      ...post,
      signal: controller.signal,
    });
    await expect(asking).rejects.toThrow("enough");
  });
});
