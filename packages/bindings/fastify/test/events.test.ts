import { PassThrough } from "node:stream";
import type { FastifyReply } from "fastify";
import { describe, expect, it } from "vitest";
import { post, start, until } from "./app.js";

/** A web stream with one event, which stays open. */
function webStream(gone: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from("data: 1\n\n")),
    cancel: gone,
  });
}

/** Every way in which a Fastify handler sends events. */
const ways: Readonly<Record<string, (reply: FastifyReply, gone: () => void) => unknown>> = {
  "a stream": (reply, gone) => {
    const stream = new PassThrough().once("close", gone);
    stream.write("data: 1\n\n");
    return reply.type("text/event-stream").send(stream);
  },
  "a web stream": (reply, gone) => reply.type("text/event-stream").send(webStream(gone)),
  "a Response": (_reply, gone) => new Response(webStream(gone), { headers: { "content-type": "text/event-stream" } }),
  "a hijacked reply": (reply, gone) => {
    reply.hijack();
    reply.raw.once("close", gone).writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    setImmediate(() => reply.raw.write("data: 1\n\n"));
  },
  "the raw response": (reply, gone) => {
    reply.raw.once("close", gone).writeHead(200, { "content-type": "text/event-stream" });
    reply.raw.write("data: 1\n\n");
    return reply;
  },
};

describe("events", () => {
  for (const [way, handle] of Object.entries(ways)) {
    it(`are sent as they come, by ${way}`, async () => {
      let gone = false;
      await using app = await start(async (_request, reply) =>
        handle(reply, () => {
          gone = true;
        }),
      );
      const client = new AbortController();
      const response = await fetch(`${app.url}/things`, {
        method: "POST",
        body: '{"amount":1}',
        headers: { "content-type": "application/json", "idempotency-key": "key-1" },
        signal: client.signal,
      });
      const first = await response.body?.getReader().read();
      expect([response.status, Buffer.from(first?.value ?? []).toString(), gone]).toEqual([200, "data: 1\n\n", false]);
      const retry = await post(app);
      expect([retry.status, JSON.parse(retry.body).originalStatus]).toEqual([409, 200]);
      client.abort();
      await until(() => gone);
      expect(app.runs()).toBe(1);
    });
  }
});
