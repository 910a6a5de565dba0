import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { Context } from "koa";
import { describe, expect, it } from "vitest";
import { post, start, until } from "./app.js";
import { majors } from "./majors.js";

/** Every way in which a Koa handler sends events; each settles, or ends its source, when the client has gone. */
const ways: Readonly<Record<string, (ctx: Context, gone: () => void) => unknown>> = {
  "a stream as the body": (ctx, gone) => {
    const stream = new PassThrough().once("close", gone);
    ctx.type = "text/event-stream";
    ctx.body = stream;
    stream.write("data: 1\n\n");
  },
  "its own writes, for as long as there is a client": async (ctx, gone) => {
    ctx.respond = false;
    ctx.res.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    await once(ctx.res, "close");
    gone();
  },
  "flushed headers, and writes within the handler": async (ctx, gone) => {
    ctx.type = "text/event-stream";
    ctx.status = 200;
    ctx.flushHeaders();
    ctx.res.write("data: 1\n\n");
    await once(ctx.res, "close");
    gone();
  },
};

for (const { name, Koa } of majors) {
  describe(`${name}: events`, () => {
    for (const [way, handle] of Object.entries(ways)) {
      it(`are sent as they come, by ${way}`, async () => {
        let gone = false;
        await using app = await start(Koa, (ctx) =>
          handle(ctx, () => {
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
        expect([response.status, Buffer.from(first?.value ?? []).toString(), gone]).toEqual([
          200,
          "data: 1\n\n",
          false,
        ]);
        const retry = await post(app);
        expect([retry.status, JSON.parse(retry.body).originalStatus]).toEqual([409, 200]);
        client.abort();
        await until(() => gone);
        expect(app.runs()).toBe(1);
      });
    }
  });
}
