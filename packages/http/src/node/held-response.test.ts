import { once } from "node:events";
import { Agent, type IncomingMessage, request as requestOf, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { serve, until } from "../../test/serve.js";
import type { CapturedResponse } from "../response.js";
import { HeldResponse } from "./held-response.js";

type Visit = (res: ServerResponse, held: HeldResponse, req: IncomingMessage) => unknown;

/** A server whose handler writes to a held response; `decide` says what becomes of it, by default that it may leave. */
async function holding(
  visit: Visit,
  decide: (held: HeldResponse, captured: Promise<CapturedResponse>, res: ServerResponse) => unknown = async (
    held,
    captured,
  ) => {
    await captured;
    held.release();
  },
  maxBytes = 1_000,
) {
  const seen: CapturedResponse[] = [];
  const errors: unknown[] = [];
  const server = await serve(async (req, res) => {
    const held = new HeldResponse(res, maxBytes);
    held.captured.then((response) => seen.push(response)).catch(() => {});
    try {
      await Promise.all([visit(res, held, req), decide(held, held.captured, res)]);
    } catch (error) {
      errors.push(error);
    }
  });
  return { ...server, seen, errors, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
}

const text = (captured: CapturedResponse | undefined) => captured?.body && Buffer.from(captured.body).toString();

describe("a held response", () => {
  it("captures what is written, by every way to write it", async () => {
    const ways: Record<string, Visit> = {
      end: (res) => res.writeHead(201, { "X-A": "1" }).end("done"),
      "end with an encoding": (res) => res.writeHead(201, { "X-A": "1" }).end("ZG9uZQ==", "base64"),
      "reason and headers": (res) => res.writeHead(201, "Made", { "x-a": "1" }).end(Buffer.from("done")),
      "a flat list of headers": (res) => res.writeHead(201, ["X-A", "1"]).end("done"),
      "set before": (res) => {
        res.statusCode = 201;
        res.setHeader("X-A", 1);
        res.write("do");
        res.write(Uint8Array.from([0x6e]));
        res.end("e");
      },
      "flushed head": (res) => {
        res.statusCode = 201;
        res.setHeader("X-A", "1");
        res.flushHeaders();
        res.end("done");
      },
      pipe: (res) => {
        res.statusCode = 201;
        res.setHeader("X-A", "1");
        Readable.from([Buffer.from("do"), Buffer.from("ne")]).pipe(res);
      },
      pipeline: (res) => pipeline(Readable.from(["do", "ne"]), new PassThrough(), res.writeHead(201, { "X-A": "1" })),
      "awaited writes": async (res) => {
        res.writeHead(201, { "X-A": "1" });
        await new Promise((resolve) => res.write("do", resolve));
        await new Promise<void>((resolve) => res.write("ne", "utf8", () => resolve()));
        await new Promise<void>((resolve) => res.end(resolve));
      },
    };
    for (const [name, visit] of Object.entries(ways)) {
      await using server = await holding(visit);
      const response = await fetch(server.url);
      expect([response.status, response.headers.get("x-a"), await response.text()], name).toEqual([201, "1", "done"]);
      const [captured] = server.seen;
      expect([captured?.status, text(captured)], name).toEqual([201, "done"]);
      expect(captured?.headers, name).toContainEqual(["x-a", "1"]);
      expect(server.errors, name).toEqual([]);
    }
  });

  it("captures an end without a body, and a header with several lines", async () => {
    await using server = await holding((res) => {
      res.setHeader("Link", ["</a>", "</b>"]);
      res.writeHead(204).end();
    });
    const response = await fetch(server.url);
    expect(response.status).toBe(204);
    expect(response.headers.get("link")).toBe("</a>, </b>");
    expect(server.seen).toMatchObject([
      {
        status: 204,
        headers: [
          ["link", "</a>"],
          ["link", "</b>"],
        ],
      },
    ]);
    expect(server.seen[0]?.body).toHaveLength(0);
  });

  it("lets nothing leave before it may, and looks sent to the handler", async () => {
    let finished = false;
    let mayLeave = () => {};
    const decided = new Promise<void>((resolve) => (mayLeave = resolve));
    const looks: unknown[] = [];
    let socket: Socket | undefined;
    await using server = await holding(
      (res, _held, req) => {
        socket = req.socket;
        res.on("finish", () => (finished = true));
        looks.push(res.headersSent, res.writableEnded);
        res.end("done");
        looks.push(res.headersSent, res.writableEnded);
      },
      async (held, captured) => {
        await captured;
        await decided;
        held.release();
      },
    );
    let answered = false;
    const response = fetch(server.url).then((given) => {
      answered = true;
      return given;
    });
    await until(() => server.seen.length === 1);
    // A turn of the event loop in which something could have left.
    await new Promise(setImmediate);
    expect([answered, finished, socket?.bytesWritten]).toEqual([false, false, 0]);
    mayLeave();
    expect(await (await response).text()).toBe("done");
    await until(() => finished);
    expect(looks).toEqual([false, false, true, true]);
  });

  it("refuses what Node refuses, with Node's codes", async () => {
    const codes: unknown[] = [];
    const attempt = (act: () => unknown) => {
      try {
        act();
        codes.push("nothing");
      } catch (error) {
        codes.push((error as NodeJS.ErrnoException).code);
      }
    };
    await using server = await holding((res) => {
      attempt(() => res.writeHead(1_000));
      attempt(() => Reflect.apply(res.write, res, [1]));
      attempt(() => Reflect.apply(res.write, res, [null]));
      res.write("a");
      attempt(() => res.setHeader("x-late", "1"));
      attempt(() => res.removeHeader("x-late"));
      attempt(() => res.writeHead(200));
      res.end();
      attempt(() => res.end("ignored"));
    });
    expect(await (await fetch(server.url)).text()).toBe("a");
    expect(codes).toEqual([
      "ERR_HTTP_INVALID_STATUS_CODE",
      "ERR_INVALID_ARG_TYPE",
      "ERR_INVALID_ARG_TYPE",
      "ERR_HTTP_HEADERS_SENT",
      "ERR_HTTP_HEADERS_SENT",
      "ERR_HTTP_HEADERS_SENT",
      "nothing",
    ]);
  });

  it("copies what the handler may use again", async () => {
    await using server = await holding((res) => {
      const buffer = Buffer.from("first");
      res.write(buffer, () => {
        buffer.write("other");
        res.end();
      });
    });
    expect(await (await fetch(server.url)).text()).toBe("first");
    expect(text(server.seen[0])).toBe("first");
  });

  it("holds a larger response back only until it may leave, and writers wait meanwhile", async () => {
    const returned: boolean[] = [];
    const drained: number[] = [];
    let mayLeave = () => {};
    const decided = new Promise<void>((resolve) => (mayLeave = resolve));
    await using server = await holding(
      async (res) => {
        const chunk = Buffer.alloc(400, "x");
        for (let written = 0; written < 10; written++) {
          const more = res.write(chunk);
          returned.push(more);
          if (!more) {
            await once(res, "drain");
            drained.push(written);
          }
        }
        res.end();
      },
      async (held, captured) => {
        await captured;
        await decided;
        held.release();
      },
    );
    const response = fetch(server.url);
    await until(() => server.seen.length === 1);
    expect(server.seen[0]?.body).toBeUndefined();
    expect([returned, drained]).toEqual([[true, true, false], []]);
    mayLeave();
    expect((await (await response).arrayBuffer()).byteLength).toBe(4_000);
    expect(drained[0]).toBe(2);
  });

  it("pipes a larger response to its end", async () => {
    await using server = await holding((res) =>
      pipeline(Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(1_000, "x"))), res),
    );
    expect((await (await fetch(server.url)).arrayBuffer()).byteLength).toBe(200_000);
    expect(server.seen[0]?.body).toBeUndefined();
    expect(server.errors).toEqual([]);
  });

  it("sends another answer in its place, whatever the handler goes on to write", async () => {
    const drops: unknown[] = [];
    await using server = await holding(
      async (res) => {
        res.setHeader("x-earlier", "stale");
        res.writeHead(200, "Mine", { "x-mine": "1" });
        res.write("mine");
        res.end("mine too");
        await once(res, "finish");
        drops.push(res.write("late"), res.end("later") === res);
      },
      async (held, captured) => {
        await captured;
        held.replaceWith({ status: 409, headers: [["X-Theirs", "1"]], body: Buffer.from("theirs") });
      },
    );
    const response = await fetch(server.url);
    expect([response.status, response.statusText, await response.text()]).toEqual([409, "Conflict", "theirs"]);
    expect([response.headers.get("x-mine"), response.headers.get("x-theirs")]).toEqual([null, "1"]);
    await until(() => drops.length === 2);
    expect(drops).toEqual([true, true]);
    expect(server.errors).toEqual([]);
  });

  it("tells whoever waits for what was held, also where another answer was sent", async () => {
    const told: string[] = [];
    await using server = await holding(
      (res) => {
        res.write("x".repeat(1_001));
        res.write("more", () => told.push("write"));
        res.end("end", () => told.push("end"));
      },
      async (held, captured) => {
        await captured;
        held.replaceWith({ status: 409, headers: [], body: Buffer.from("theirs") });
      },
    );
    expect(await (await fetch(server.url)).text()).toBe("theirs");
    await until(() => told.length === 2);
    expect(told).toEqual(["write", "end"]);
  });

  it("is as it was once it is reset", async () => {
    await using server = await serve((_req, res) => {
      res.setHeader("X-Request-Id", "7");
      res.setHeader("X-Kept", ["1", "2"]);
      const held = new HeldResponse(res, 1_000);
      res.removeHeader("X-Kept");
      res.writeHead(201, "Mine", { "x-request-id": "8", "x-mine": "1" });
      res.write("mine");
      held.reset();
      res.end(`${res.headersSent}`);
    });
    const response = await fetch(server.url);
    expect([response.status, response.statusText, await response.text()]).toEqual([200, "OK", "false"]);
    expect([
      response.headers.get("x-request-id"),
      response.headers.get("x-kept"),
      response.headers.get("x-mine"),
    ]).toEqual(["7", "1, 2", null]);
  });
});

describe("a held response whose connection ends", () => {
  /** Sends a request and hangs up once the server has begun on it. */
  async function hangUp(url: string, begun: () => boolean, how: "end" | "reset" = "end"): Promise<void> {
    const { port, pathname } = new URL(url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await until(begun);
    if (how === "reset") socket.resetAndDestroy();
    else socket.destroy();
  }

  for (const how of ["end", "reset"] as const) {
    it(`does not stop a handler that pipes when the client goes (${how})`, async () => {
      const source = new PassThrough();
      const told: string[] = [];
      let begun = false;
      let socketClosed = false;
      await using server = await holding(async (res, _held, req) => {
        req.socket.once("close", () => (socketClosed = true));
        res.on("close", () => told.push(`close after ${server.seen.length} captured`));
        begun = true;
        source.write("a long ");
        await pipeline(source, res).catch((error: NodeJS.ErrnoException) => told.push(String(error.code)));
      });
      await hangUp(server.url, () => begun, how);
      await until(() => socketClosed);
      expect(told).toEqual([]);
      source.end("answer");
      await until(() => told.length > 0);
      expect(text(server.seen[0])).toBe("a long answer");
      expect(told[0]).toMatch(/^close after 1 captured|ERR_STREAM_PREMATURE_CLOSE$/);
    });
  }

  it("is as good as any where the client has gone before", async () => {
    let captured: CapturedResponse | undefined;
    let begun = false;
    const told: string[] = [];
    await using server = await serve(async (_req, res) => {
      begun = true;
      await once(res, "close");
      const held = new HeldResponse(res, 1_000);
      res.on("close", () => told.push("close"));
      pipeline(Readable.from(["a long ", "answer"]), res).catch(() => {});
      captured = await held.captured;
      expect(told).toEqual([]);
      held.release();
    });
    await hangUp(server.url, () => begun);
    await until(() => told.length > 0);
    expect([text(captured), told]).toEqual(["a long answer", ["close"]]);
  });

  it("is given up where our own side cuts it off after it began", async () => {
    let failure: unknown;
    await using server = await holding(
      (res, _held, req) => {
        res.write("half of an");
        // What Express's last handler does with an error after the first write.
        req.socket.destroy();
      },
      (_held, captured) => captured.catch((error) => (failure = error)),
    );
    await expect(fetch(server.url).then((response) => response.text())).rejects.toThrow();
    await until(() => failure !== undefined);
    expect(String(failure)).toContain("cut off before its end");
  });

  it("is given up where what it pipes dies with the connection", async () => {
    let failure: unknown;
    let begun = false;
    await using server = await holding(
      (res, _held, req) => {
        const source = new PassThrough();
        source.pipe(res);
        source.write("half of a");
        req.socket.once("close", () => source.destroy());
        begun = true;
      },
      (_held, captured) => captured.catch((error) => (failure = error)),
    );
    await hangUp(server.url, () => begun);
    await until(() => failure !== undefined);
    expect(String(failure)).toContain("cut off before its end");
  });

  it("is given up where the handler destroys it", async () => {
    let failure: unknown;
    await using server = await holding(
      (res) => void res.destroy(new Error("no more of this")),
      (_held, captured) => captured.catch((error) => (failure = error)),
    );
    await expect(fetch(server.url)).rejects.toThrow();
    expect(String(failure)).toContain("no more of this");
  });

  it("carries what the handler failed with, answered or cut off", async () => {
    const error = new Error("the vendor is away");
    await using answered = await holding((res, held) => {
      held.note(error);
      res.writeHead(500).end();
    });
    await fetch(answered.url);
    expect(answered.seen).toMatchObject([{ status: 500, error }]);
    let failure: unknown;
    await using cut = await holding(
      (res, held) => {
        held.note(error);
        res.destroy();
      },
      (_held, captured) => captured.catch((reason) => (failure = reason)),
    );
    await expect(fetch(cut.url)).rejects.toThrow();
    expect(failure).toBe(error);
  });

  it("leaves a connection usable for the next request", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await using server = await holding((res) => res.end("done"));
    const ports = new Set<number | undefined>();
    for (let count = 0; count < 3; count++) {
      const request = requestOf(server.url, { agent }).end();
      const [response]: IncomingMessage[] = await once(request, "response");
      ports.add(request.socket?.localPort);
      expect(Buffer.concat(await (response?.toArray() ?? [])).toString()).toBe("done");
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  });
});
