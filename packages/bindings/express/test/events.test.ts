import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import compression from "compression";
import type { Response } from "express";
import { describe, expect, it } from "vitest";
import { post, start, until } from "./app.js";
import { majors } from "./majors.js";

/** Every way in which an Express handler sends events. */
const ways: Readonly<Record<string, (res: Response, gone: () => void) => unknown>> = {
  writes: (res, gone) => {
    res.on("close", gone).set("Content-Type", "text/event-stream").flushHeaders();
    setImmediate(() => res.write("data: 1\n\n"));
  },
  pipe: (res, gone) => {
    const stream = new PassThrough();
    stream.pipe(res.on("close", gone).type("text/event-stream"));
    stream.write("data: 1\n\n");
  },
  pipeline: (res, gone) => {
    const stream = new PassThrough();
    stream.write("data: 1\n\n");
    return pipeline(stream, res.type("text/event-stream")).catch(gone);
  },
  "writes through compression": (res, gone) => {
    res.on("close", gone).type("text/event-stream").write("data: 1\n\n");
    res.flush();
  },
};

for (const { name, express } of majors) {
  describe(`${name}: events`, () => {
    for (const [way, handle] of Object.entries(ways)) {
      it(`are sent as they come, by ${way}`, async () => {
        let gone = false;
        const told = () => {
          gone = true;
        };
        await using app = await start(express, (_req, res) => handle(res, told), { after: [compression()] });
        const client = new AbortController();
        const response = await fetch(`${app.url}/things`, {
          method: "POST",
          body: '{"amount":1}',
          headers: {
            "content-type": "application/json",
            "idempotency-key": "key-1",
            "accept-encoding": way.includes("compression") ? "gzip" : "identity",
          },
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
        expect([app.runs(), app.errors]).toEqual([1, []]);
      });
    }
  });
}
