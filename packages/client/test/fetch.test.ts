import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { type ClientEvent, createIdempotentFetch, createRetryBudget, reportOf } from "../src/index.js";
import { ScriptedServer } from "./scripted-server.js";

const quick = { baseMs: 1, capMs: 5 } as const;
const closedPort = "http://127.0.0.1:9/";

describe("as a drop-in for fetch", () => {
  it("hands out the response of the server, with its URL and headers", async () => {
    await using server = await ScriptedServer.start();
    const response = await createIdempotentFetch()(new URL(`${server.url}/x`), { method: "POST" });
    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({
      status: 201,
      ok: true,
      url: `${server.url}/x`,
      redirected: false,
      bodyUsed: false,
    });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.clone().json()).toEqual(await response.json());
  });

  it("sends no key with a GET, and asks again when that fails", async () => {
    await using server = await ScriptedServer.start({ status: 503 }, "reset-before-effect");
    const response = await createIdempotentFetch({ retry: quick })(server.url);
    expect(response.status).toBe(201);
    expect(server.keys).toEqual([undefined, undefined, undefined]);
    expect(reportOf(response)?.key).toBeUndefined();
  });

  it("leaves the error of a GET that never gets through as it is", async () => {
    const failing = createIdempotentFetch({ retry: quick })(closedPort);
    await expect(failing).rejects.toBeInstanceOf(TypeError);
  });

  it("takes a Request, and everything that a body can be", async () => {
    const form = new FormData();
    form.set("a", "1");
    const bodies = [
      "text",
      new URLSearchParams({ a: "1" }),
      new TextEncoder().encode("bytes"),
      new TextEncoder().encode("buffer").buffer,
      new Blob(["blob"], { type: "text/x-blob" }),
      new Blob(["stream"]).stream(),
      () => new Blob(["made"]).stream(),
      form,
    ];
    for (const body of bodies) {
      await using server = await ScriptedServer.start("reset-after-effect");
      await createIdempotentFetch({ retry: quick })(server.url, { method: "POST", body });
      const [first, second] = server.seen;
      expect(second?.body).toBe(first?.body);
      expect(second?.body).not.toBe("");
      expect(second?.headers["content-type"]).toBe(first?.headers["content-type"]);
      expect(second?.key).toBe(first?.key);
    }
    await using server = await ScriptedServer.start("reset-after-effect");
    const request = new Request(server.url, { method: "POST", body: "request", headers: { "x-a": "1" } });
    await createIdempotentFetch({ retry: quick })(request, { headers: { "x-b": "2" } });
    expect(server.seen.map(({ body }) => body)).toEqual(["request", "request"]);
    expect(server.seen[1]?.headers).toMatchObject({ "x-b": "2" });
    expect(server.seen[1]?.headers).not.toHaveProperty("x-a");
  });

  it("sends bytes as they were when it was called, whatever becomes of the array", async () => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const bytes = new TextEncoder().encode("first");
    const answered = createIdempotentFetch({ retry: quick })(server.url, { method: "POST", body: bytes });
    bytes.fill(120);
    await answered;
    expect(server.seen.map(({ body }) => body)).toEqual(["first", "first"]);
  });

  it("sends a stream that is too long to keep once only", async () => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const fetch = createIdempotentFetch({ retry: quick, maxBufferedBytes: 10 });
    const body = new Blob(["more than ten bytes"]).stream();
    await expect(fetch(server.url, { method: "POST", body })).rejects.toMatchObject({ name: "OutcomeUnknownError" });
    expect(server.seen).toHaveLength(1);
  });

  it("passes an answer on that is too long to keep", async () => {
    await using server = await ScriptedServer.start();
    const response = await createIdempotentFetch({ maxBufferedBytes: 3 })(server.url, { method: "POST" });
    expect(await response.json()).toEqual({ receipt: 1 });
  });

  it("keeps the key that a request has, and changes nothing that was handed in", async () => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const headers = new Headers({ "Idempotency-Key": "mine" });
    const init = { method: "POST", headers, body: "{}" };
    await createIdempotentFetch({ retry: quick })(server.url, init);
    expect(server.keys).toEqual(["mine", "mine"]);
    await createIdempotentFetch({ retry: quick })(server.url, { method: "POST", headers: {}, idempotencyKey: "named" });
    expect(server.keys[2]).toBe('"named"');
    expect([...headers]).toEqual([["idempotency-key", "mine"]]);
    expect(init).toEqual({ method: "POST", headers, body: "{}" });
  });
});

describe("a caller that leaves", () => {
  it("during an attempt is let go at once, with its own reason", async () => {
    await using server = await ScriptedServer.start("hang-after-effect");
    const controller = new AbortController();
    const events: ClientEvent[] = [];
    const fetch = createIdempotentFetch({ on: (event) => events.push(event) });
    const pending = fetch(server.url, { method: "POST", signal: controller.signal });
    await expect.poll(() => server.effects).toBe(1);
    const reason = new Error("gone");
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(events.at(-1)).toMatchObject({ type: "unknown", key: JSON.parse(server.keys[0] ?? "") });
  });

  it("during a wait is let go at once", async () => {
    await using server = await ScriptedServer.start({ status: 503, headers: { "retry-after": "20" } });
    const controller = new AbortController();
    const fetch = createIdempotentFetch({ on: ({ type }) => type === "retry" && controller.abort() });
    const pending = fetch(server.url, { method: "POST", signal: controller.signal });
    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
    expect(server.seen).toHaveLength(1);
  });

  it("before the first attempt sends nothing", async () => {
    await using server = await ScriptedServer.start();
    const pending = createIdempotentFetch()(server.url, { method: "POST", signal: AbortSignal.abort() });
    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
    expect(server.seen).toEqual([]);
  });

  it("while its body is still being read is let go at once, and the body with it", async () => {
    const cancelled: unknown[] = [];
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new Uint8Array(1)),
      cancel: (reason) => void cancelled.push(reason),
    });
    const sent: unknown[] = [];
    const unused: typeof fetch = async (...given) => new Response(String(sent.push(given)));
    const controller = new AbortController();
    const pending = createIdempotentFetch({ fetch: unused })("https://a.example", {
      method: "POST",
      body,
      signal: controller.signal,
    });
    const reason = new Error("gone");
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(cancelled).toEqual([reason]);
    expect(sent).toEqual([]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("is let go even by a fetch that does not heed its signal", async () => {
    const deaf: typeof fetch = () => new Promise(() => {});
    const controller = new AbortController();
    const pending = createIdempotentFetch({ fetch: deaf })("https://a.example", {
      method: "POST",
      signal: controller.signal,
    });
    controller.abort();
    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("when nothing can be sent", () => {
  it("says that nothing was done", async () => {
    const error: unknown = await createIdempotentFetch({ retry: quick })(await closedUrl(), { method: "POST" }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: "NotSentError", outcome: "not-executed" });
    expect(error).toHaveProperty("attempts.length", 4);
  });

  it("stops retrying when most calls to the origin fail, and says so", async () => {
    const budget = createRetryBudget({ capacity: 10 });
    const fetch = createIdempotentFetch({ retry: quick, budget });
    const url = await closedUrl();
    await expect(fetch(url, { method: "POST" })).rejects.toMatchObject({
      name: "BudgetExhaustedError",
      attempts: { length: 3 },
    });
    await expect(fetch(url, { method: "POST" })).rejects.toMatchObject({
      name: "BudgetExhaustedError",
      attempts: { length: 1 },
    });
  });
});

describe("programmer's mistakes are errors at set-up", () => {
  it.each([
    [{ retires: {} }, /"retires" is no option/],
    [{ protocol: "stripes" }, /"stripes" is none of ietf, stripe/],
    [{ retry: { maxAttempts: 0 } }, /retry\.maxAttempts: 0 is not a whole number of at least 1/],
    [{ retry: { jitter: "some" } }, /retry\.jitter: "some"/],
    [{ retry: { attempts: 3 } }, /retry: "attempts" is no option/],
    [{ methods: "POST" }, /methods: "POST" is not a list/],
    [{ fetch: 1 }, /fetch: expected a function/],
    [{ protocol: { name: "x" } }, /protocol\.key: expected/],
    [{ maxBufferedBytes: -1 }, /maxBufferedBytes: -1/],
  ])("%j", (options, message) => {
    expect(() => createIdempotentFetch(options as object)).toThrow(message);
  });
});

/** A URL at which nobody listens: it was somebody's, and is free again. */
async function closedUrl(): Promise<string> {
  await using server = await ScriptedServer.start();
  return server.url;
}
