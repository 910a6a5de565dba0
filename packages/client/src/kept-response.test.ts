import { describe, expect, it } from "vitest";
import { withBody } from "./kept-response.js";

const text = '{"a":"ä"}';
const url = "https://a.example/x";

/** A response from `url` whose body has been read and is back, as scripts make it and as runtimes do. */
const makes: readonly (readonly [of: string, make: () => Promise<Response>])[] = [
  ["a class in JavaScript", () => made(Response.prototype)],
  ["a class of the runtime", () => made(Object.create(Response.prototype, { constructor: { value: Object } }))],
];

async function made(prototype: object): Promise<Response> {
  const headers = { "content-type": "application/json", "x-a": "1" };
  const response = new Response(text, { status: 201, statusText: "Made", headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  Object.setPrototypeOf(response, prototype);
  return withBody(Object.defineProperty(response, "url", { value: url }), bytes);
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
