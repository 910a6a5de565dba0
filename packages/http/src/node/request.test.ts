import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { serve, until } from "../../test/serve.js";
import { headerLines, requestBody } from "./request.js";

/** Sends raw bytes to a server, piece by piece, and answers what comes back. */
async function raw(url: string, ...pieces: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  for (const piece of pieces) {
    socket.write(piece);
    // Each piece is a packet of its own.
    await new Promise(setImmediate);
  }
  return Buffer.concat(await socket.toArray()).toString();
}

async function readAll(req: IncomingMessage): Promise<string> {
  return Buffer.concat(await req.toArray()).toString();
}

const head = (...lines: readonly string[]) =>
  ["POST / HTTP/1.1", "Host: a", "Connection: close", ...lines, "", ""].join("\r\n");

describe("headerLines", () => {
  it("tells lines apart that Node joins", async () => {
    const seen: unknown[] = [];
    await using server = await serve((req, res) => {
      seen.push(headerLines(req, "idempotency-key"), headerLines(req, "x-absent"));
      res.end();
    });
    await raw(server.url, head('Idempotency-Key: "a"', 'IDEMPOTENCY-KEY: "b"', "Content-Length: 0"));
    expect(seen).toEqual([['"a"', '"b"'], undefined]);
  });
});

describe("requestBody", () => {
  const bodies: readonly [string, readonly string[], string][] = [
    ["in one packet with its head", [`${head("Content-Length: 5")}hello`], "hello"],
    ["in a packet of its own", [head("Content-Length: 5"), "hello"], "hello"],
    ["in two", [head("Content-Length: 5"), "hel", "lo"], "hello"],
    ["in chunks", [head("Transfer-Encoding: chunked"), "3\r\nhel\r\n", "2\r\nlo\r\n", "0\r\n\r\n"], "hello"],
    ["in chunks that end late", [`${head("Transfer-Encoding: chunked")}5\r\nhello\r\n`, "0\r\n\r\n"], "hello"],
    ["in no chunks", [head("Transfer-Encoding: chunked"), "0\r\n\r\n"], ""],
    ["of no length", [head("Content-Length: 0")], ""],
    ["that is not there", [head()], ""],
    ["larger than the stream's buffer", [head("Content-Length: 200000"), "x".repeat(200_000)], "x".repeat(200_000)],
  ];
  for (const [name, pieces, expected] of bodies) {
    for (const late of [false, true]) {
      it(`reads a body ${name}${late ? ", which has arrived already" : ""}, and puts it back`, async () => {
        let read: unknown;
        let again: string | undefined;
        await using server = await serve(async (req, res) => {
          if (late) await until(() => req.complete || req.readableLength > 60_000);
          read = await requestBody(req, 1_000_000);
          again = await readAll(req);
          res.end();
        });
        await raw(server.url, ...pieces);
        expect(Buffer.from((read ?? "") as Uint8Array).toString()).toBe(expected);
        expect(again).toBe(expected);
      });
    }
  }

  it("does not take the {} that a parser leaves for a body that somebody else has read", async () => {
    const seen: unknown[] = [];
    await using server = await serve(async (req, res) => {
      await readAll(req);
      seen.push(await requestBody(Object.assign(req, { body: {} }), 1_000));
      res.end();
    });
    for (const type of [
      "text/plain",
      "application/xml",
      "application/vnd.api+json",
      "application/x-www-form-urlencoded",
    ]) {
      await fetch(server.url, { method: "POST", body: "pay 1", headers: { "content-type": type } });
    }
    const lost = { lost: expect.stringContaining("was read and not kept") };
    expect(seen).toEqual([lost, lost, { parsed: {} }, { parsed: {} }]);
  });

  it("leaves a body that is put back readable by every means", async () => {
    const means: Record<string, (req: IncomingMessage) => Promise<string>> = {
      data: async (req) => {
        let text = "";
        req.on("data", (chunk) => (text += chunk));
        await once(req, "end");
        return text;
      },
      encoded: async (req) => {
        req.setEncoding("hex");
        let text = "";
        for await (const chunk of req) text += chunk;
        return Buffer.from(text, "hex").toString();
      },
      readable: async (req) => {
        let text = "";
        req.on("readable", () => {
          for (let chunk = req.read(); chunk !== null; chunk = req.read()) text += chunk;
        });
        await once(req, "end");
        return text;
      },
    };
    for (const [name, read] of Object.entries(means)) {
      let seen = "";
      await using server = await serve(async (req, res) => {
        await requestBody(req, 100);
        // Whatever comes next may take its time.
        await new Promise(setImmediate);
        seen = await read(req);
        res.end();
      });
      await fetch(server.url, { method: "POST", body: "hello" });
      expect(seen, name).toBe("hello");
    }
  });

  it("stops at the cap, with and without a length, and leaves the connection usable", async () => {
    const read: unknown[] = [];
    await using server = await serve(async (req, res) => {
      read.push(await requestBody(req, 10));
      res.end("ok");
    });
    const chunked = new Blob(["x".repeat(100_000)]).stream();
    for (const body of ["x".repeat(11), chunked, "x".repeat(10)]) {
      expect((await fetch(server.url, { method: "POST", body, duplex: "half" })).status).toBe(200);
    }
    expect(read.slice(0, 2)).toEqual(["too-large", "too-large"]);
    expect(String(read[2])).toBe("x".repeat(10));
  });

  it("says when the client hangs up in the middle", async () => {
    let failure: unknown;
    await using server = await serve((req) => {
      Promise.resolve(requestBody(req, 100)).catch((error) => (failure = error));
    });
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write(`${head("Content-Length: 50")}half`);
    await once(server.server, "request");
    socket.destroy();
    await until(() => failure !== undefined);
    expect(failure).toMatchObject({ code: "ECONNABORTED", status: 400 });
  });

  describe("that a parser has read", () => {
    const parsedBy = async (left: object, type = "application/json") => {
      let read: unknown;
      await using server = await serve(async (req, res) => {
        await readAll(req);
        read = await requestBody(Object.assign(req, left), 100);
        res.end();
      });
      await fetch(server.url, { method: "POST", body: "hello", headers: { "content-type": type } });
      return read;
    };

    it("is what the parser left, bytes before values", async () => {
      expect(await parsedBy({ body: { a: 1 } })).toEqual({ parsed: { a: 1 } });
      expect(await parsedBy({ body: null })).toEqual({ parsed: null });
      expect(await parsedBy({ body: "hello" })).toEqual({ decoded: "hello" });
      expect(await parsedBy({ body: { a: 1 }, rawBody: Buffer.from("hello") })).toMatchObject({
        decoded: Buffer.from("hello"),
      });
    });

    it("is lost where nothing was left, or not everything", async () => {
      expect(await parsedBy({})).toMatchObject({ lost: expect.stringContaining("read and not kept") });
      expect(await parsedBy({ body: { name: "a" } }, "Multipart/form-data; boundary=x")).toMatchObject({
        lost: expect.stringContaining("multipart"),
      });
    });

    it("does not count while the stream is unread", async () => {
      let read: unknown;
      await using server = await serve(async (req, res) => {
        read = await requestBody(Object.assign(req, { body: {} }), 100);
        res.end();
      });
      await fetch(server.url, { method: "POST", body: "hello" });
      expect(String(read)).toBe("hello");
    });
  });
});

it("a request that came over no wire and brings its body only to those who read is not empty", async () => {
  class Adapted extends IncomingMessage {
    override _read(): void {
      this.push(Buffer.from('{"a":1}'));
      this.push(null);
    }
  }
  const req = new Adapted(new Socket());
  Object.assign(req, { complete: true, headers: { "content-length": "7" } });
  expect(await requestBody(req, 100)).toEqual(Buffer.from('{"a":1}'));
  expect(await readAll(req)).toBe('{"a":1}');
});
