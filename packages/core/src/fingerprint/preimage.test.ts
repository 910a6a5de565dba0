import { describe, expect, it } from "vitest";
import { Preimage } from "./preimage.js";
import type { RequestDescription } from "./types.js";

const DIGEST = "\x00\x7f\x80\xff".repeat(8);
const decoder = new TextDecoder("latin1");

function preimageOf(preimage: Preimage, request: RequestDescription, essence = "application/json", kind = "json") {
  return decoder.decode(preimage.bytes(request, essence, kind, DIGEST));
}

describe("a preimage", () => {
  const route: RequestDescription = { method: "POST", path: "/v1/charges" };
  const requests: readonly Parameters<typeof preimageOf>[] = [
    [new Preimage(), route],
    [new Preimage(), { ...route, method: "post" }],
    [new Preimage(), { ...route, path: "/v1/réfunds" }],
    [new Preimage(), { ...route, query: "a=1" }],
    [new Preimage(), { ...route, path: `/${"x".repeat(3_000)}` }],
    [new Preimage(), { ...route, headers: [["Api-Version", "2"]] }],
    [new Preimage(), { ...route, headers: [["Api-Version", "3"]] }],
    [new Preimage(), { ...route, headers: [] }],
    [new Preimage(), route, "text/plain", "raw"],
    [new Preimage(), route, "application/json", "raw"],
    [new Preimage(), route, "application/json", "none"],
  ];
  /** Refused half-way through the headers. */
  const refused: RequestDescription = { ...route, headers: [["Api-Version", "2"], ["x", JSON.parse("1")]] }; // biome-ignore format: one request

  it("is the same whatever came before it", () => {
    const alone = requests.map((request) => preimageOf(...request));
    for (const [, ...first] of requests) {
      requests.forEach(([, ...second], index) => {
        const preimage = new Preimage();
        preimageOf(preimage, ...first);
        expect(preimageOf(preimage, ...second)).toBe(alone[index]);
        expect(preimageOf(preimage, ...second)).toBe(alone[index]);
        expect(() => preimageOf(preimage, refused)).toThrow("must be a string");
        expect(preimageOf(preimage, ...second)).toBe(alone[index]);
      });
    }
  });
});
