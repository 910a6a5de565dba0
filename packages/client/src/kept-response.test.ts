import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withBody } from "./kept-response.js";
import { attachReport, reportOf } from "./report.js";

const text = '{"a":"ä"}';
let url = "";

const server = createServer((_request, response) => {
  response.writeHead(201, "Made", { "content-type": "application/json", "x-a": "1" }).end(text);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  url = `http://127.0.0.1:${address.port}/x`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A response from `url` whose body has been read and is back: as scripts make it, as runtimes do, and touched before. */
const makes: readonly (readonly [of: string, make: () => Promise<Response>])[] = [
  ["a class in JavaScript", () => made((response) => response)],
  [
    "a class of the runtime",
    () => made((response) => Object.setPrototypeOf(response, Object.create(Response.prototype, native))),
  ],
  [
    "somebody who has laid a way of reading over it",
    () => made((response) => Object.defineProperty(response, "text", { value: () => Promise.reject() })),
  ],
  ["another client that kept it", async () => keptAgain(await made((response) => response))],
];

const native = { constructor: { value: Object } };

async function made(change: (response: Response) => Response): Promise<Response> {
  return keptAgain(change(await fetch(url)));
}

/** As a client does it: it reads the stream, whatever else there is. */
async function keptAgain(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await new Response(response.body).arrayBuffer());
  return withBody(response, bytes);
}

const reads: readonly (readonly [name: string, read: (response: Response) => Promise<unknown>, found: unknown])[] = [
  ["json", (response) => response.json(), { a: "ä" }],
  ["text", (response) => response.text(), text],
  ["arrayBuffer", async (response) => Buffer.from(await response.arrayBuffer()).toString(), text],
  ["blob", async (response) => (await response.blob()).type, "application/json"],
  ["its stream", async (response) => new Response(response.body).text(), text],
  ["a copy", async (response) => response.clone().json(), { a: "ä" }],
  ["a copy of a copy", async (response) => response.clone().clone().text(), text],
];

describe.each(makes)("a response of %s whose body was kept", (_of, make) => {
  it.each(reads)("is read by %s", async (name, read, found) => {
    const response = await make();
    expect(response.bodyUsed).toBe(false);
    expect(await read(response)).toEqual(found);
    expect(response.bodyUsed).toBe(!name.includes("copy"));
  });

  it.each(reads)("is not read by %s a second time", async (_name, read) => {
    const response = await make();
    await response.text();
    expect(response.bodyUsed).toBe(true);
    expect(response.body).not.toBeNull();
    await expect(read(response)).rejects.toBeInstanceOf(TypeError);
    await expect(response.json()).rejects.toBeInstanceOf(TypeError);
  });

  it("has its text still after its stream was looked at, and after a copy was read", async () => {
    const response = await make();
    expect(response.body?.locked).toBe(false);
    expect(await response.clone().text()).toBe(text);
    expect(response.bodyUsed).toBe(false);
    expect(await response.text()).toBe(text);
  });

  it("says where it came from, and so do its copies", async () => {
    const response = await make();
    const copy = response.clone();
    for (const each of [response, copy, copy.clone(), new Response(response.body, response)]) {
      expect(each).toBeInstanceOf(Response);
      expect(each).toMatchObject({ status: 201, statusText: "Made", ok: true, redirected: false });
      expect(each.headers.get("x-a")).toBe("1");
    }
    expect([response.url, copy.url, copy.clone().url]).toEqual([url, url, url]);
  });
});

describe("a kept response", () => {
  it("is the one that came, where its class is written in JavaScript", async () => {
    const response = await fetch(url);
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(withBody(response, bytes)).toBe(response);
  });

  it.each(makes)("of %s carries the last report that was put on it", async (_of, make) => {
    const response = await make();
    expect(reportOf(response)).toBeUndefined();
    for (const outcome of ["unknown", "succeeded"] as const) {
      const report = { outcome, key: "k", operationId: undefined, replayed: false, attempts: [] };
      expect(reportOf(attachReport(response, report))).toBe(report);
    }
  });

  it("rejects text that is no JSON as the platform does", async () => {
    const response = new Response("no");
    const bytes = new Uint8Array(await response.arrayBuffer());
    await expect(withBody(response, bytes).json()).rejects.toBeInstanceOf(SyntaxError);
  });

  it("leaves a byte order mark out of its text", async () => {
    const response = new Response("");
    await response.arrayBuffer();
    expect(await withBody(response, Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)).text()).toBe("a");
  });
});
