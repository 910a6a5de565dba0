import { once } from "node:events";
import { get, type IncomingMessage, type ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { serve, until } from "../../test/serve.js";
import type { CapturedResponse } from "../response.js";
import { HeldResponse } from "./held-response.js";

type Visit = (res: ServerResponse) => unknown;

const events = { "content-type": "Text/Event-Stream; charset=utf-8" };
const begin: Visit = (res) => res.writeHead(200, events).flushHeaders();

/** A server whose handler writes to a held response; `decide` is called once it is captured. */
async function holding(visit: Visit, decide: (held: HeldResponse) => unknown = (held) => held.release()) {
  const seen: CapturedResponse[] = [];
  const server = await serve((_req, res) => {
    const held = new HeldResponse(res, 1_000);
    held.captured.then((response) => {
      seen.push(response);
      return decide(held);
    });
    visit(res);
  });
  return { ...server, seen, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
}

/** Asks, and reads on as the answer comes. */
function ask(url: string) {
  const request = get(url, { agent: false });
  request.on("error", () => {});
  let response: IncomingMessage | undefined;
  let text = "";
  request.once("response", (incoming) => {
    response = incoming.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    incoming.on("error", () => {});
  });
  return {
    hangUp: () => request.destroy(),
    status: () => response?.statusCode,
    text: () => text,
    ended: () => response?.readableEnded ?? false,
  };
}

describe("a held stream of events", () => {
  const ways: Record<string, Visit> = {
    "a flushed head, and then events": (res) => {
      begin(res);
      res.write("data: 1\n\n");
    },
    "events alone": (res) => {
      res.setHeader("content-type", "text/event-stream");
      res.write("data: 1\n\n");
    },
    "awaited writes": async (res) => {
      res.writeHead(200, events);
      await new Promise((resolve) => res.write("data: ", resolve));
      await new Promise((resolve) => res.write("1\n\n", resolve));
    },
    "a pipe": (res) => {
      const source = new PassThrough();
      source.pipe(res.writeHead(200, events));
      source.write("data: 1\n\n");
    },
    "a pipeline": (res) => {
      const source = new PassThrough();
      source.write("data: 1\n\n");
      return pipeline(source, res.writeHead(200, events)).catch(() => {});
    },
  };
  for (const [name, visit] of Object.entries(ways)) {
    it(`leaves as it is written, once it may: ${name}`, async () => {
      let mayLeave = () => {};
      const decided = new Promise<void>((resolve) => {
        mayLeave = resolve;
      });
      let written: ServerResponse | undefined;
      await using server = await holding(
        (res) => {
          written = res;
          return visit(res);
        },
        (held) => decided.then(() => held.release()),
      );
      const answer = ask(server.url);
      await until(() => server.seen.length === 1);
      expect(server.seen[0]).toMatchObject({ status: 200, body: undefined });
      expect([written?.headersSent, written?.socket?.bytesWritten]).toEqual([true, 0]);
      mayLeave();
      await until(() => answer.text() === "data: 1\n\n");
      written?.write("data: 2\n\n");
      await until(() => answer.text() === "data: 1\n\ndata: 2\n\n");
      expect(answer.ended()).toBe(false);
      written?.end();
      await until(answer.ended);
    });
  }

  it("leaves with its head alone, where events are long in coming", async () => {
    await using server = await holding(begin);
    const answer = ask(server.url);
    await until(() => answer.status() === 200);
    expect(answer.text()).toBe("");
  });

  it("is an answer like any other where it has no body, and another type is held to its end", async () => {
    await using server = await holding((res) => {
      if (res.req.url?.endsWith("none")) res.writeHead(204, events).end();
      else {
        res.writeHead(200, { "content-type": "text/event-stream-like" }).flushHeaders();
        res.write("held");
        setImmediate(() => res.end());
      }
    });
    for (const query of ["none", "other"]) await (await fetch(`${server.url}&${query}`)).arrayBuffer();
    expect(server.seen.map(({ body }) => body && Buffer.from(body).toString())).toEqual(["", "held"]);
  });

  it("makes its writers wait until it may leave, and for a client that does not read", async () => {
    const told: unknown[] = [];
    await using server = await holding(async (res) => {
      begin(res);
      told.push(res.write("data: 1\n\n"));
      await once(res, "drain");
      told.push("drain");
      while (res.write("x".repeat(65_536)));
      told.push(res.writableNeedDrain);
      res.end();
    });
    const response = await fetch(server.url);
    expect((await response.text()).length).toBeGreaterThan(65_536);
    expect(told).toEqual([false, "drain", true]);
  });

  for (const when of ["before it may leave", "while it is sent"]) {
    it(`tells the handler that its client has gone, ${when}`, async () => {
      let res: ServerResponse | undefined;
      let closed = 0;
      let release = () => {};
      await using server = await holding(
        (given) => {
          res = given.on("close", () => {
            closed += 1;
          });
          begin(given);
        },
        (held) => {
          release = () => held.release();
          if (when === "while it is sent") release();
        },
      );
      const answer = ask(server.url);
      await until(() => server.seen.length === 1);
      const { socket } = res ?? {};
      if (when === "while it is sent") await until(() => answer.status() === 200);
      answer.hangUp();
      if (socket && !socket.closed) await once(socket, "close");
      if (when === "before it may leave") {
        expect(closed).toBe(0);
        release();
      }
      await until(() => closed === 1);
      expect(res?.destroyed).toBe(true);
    });
  }

  it("tells the handler that another answer was sent", async () => {
    let closed = false;
    await using server = await holding(
      (res) => {
        res.on("close", () => {
          closed = true;
        });
        begin(res);
      },
      (held) => held.replaceWith({ status: 409, headers: [], body: Buffer.from("theirs") }),
    );
    const response = await fetch(server.url);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      409,
      null,
      "theirs",
    ]);
    await until(() => closed);
  });
});
