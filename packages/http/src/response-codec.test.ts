import { isOncekeyError } from "@oncekey/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeResponse, encodeResponse, omittedResponse, statusOfOmitted } from "./response-codec.js";

const value = fc.string({ unit: fc.constantFrom(..."abc :=\t\u00e9\u00ff") });
const response = fc.record({
  status: fc.integer({ min: 100, max: 999 }),
  headers: fc.array(fc.tuple(fc.constantFrom("link", "etag", "x-listed"), value)),
  body: fc.uint8Array({ maxLength: 64 }),
});

describe("the stored form of a response", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(response, (given) => {
        expect(decodeResponse(encodeResponse(given))).toEqual(given);
      }),
    );
  });

  it("reads a view into a larger buffer", () => {
    const given = { status: 201, headers: [["etag", '"1"'] as const], body: Uint8Array.of(0xff, 0xfe, 0) };
    const bytes = encodeResponse(given);
    const larger = new Uint8Array(bytes.byteLength + 8);
    larger.set(bytes, 5);
    expect(decodeResponse(larger.subarray(5, 5 + bytes.byteLength))).toEqual(given);
  });

  it("is stable: what an older version wrote is still read", () => {
    const written = Uint8Array.from([1, 0, 201, 0, 0, 0, 7, ...new TextEncoder().encode("etag:a\nhi")]);
    const expected = { status: 201, headers: [["etag", "a"] as const], body: new TextEncoder().encode("hi") };
    expect(decodeResponse(written)).toEqual(expected);
    expect(encodeResponse(expected)).toEqual(written);
  });

  it("refuses anything else", () => {
    const whole = encodeResponse({ status: 200, headers: [["etag", "a"]], body: new Uint8Array(0) });
    for (const bytes of [
      new Uint8Array(0),
      whole.subarray(0, 6),
      whole.subarray(0, 9),
      Uint8Array.of(2, ...whole.subarray(1)),
    ]) {
      expect(() => decodeResponse(bytes)).toThrow(
        expect.toSatisfy((error) => isOncekeyError(error, "RECORD_UNREADABLE")),
      );
    }
  });

  it("keeps the status of what was not kept", () => {
    expect(statusOfOmitted(omittedResponse(201))).toBe(201);
    expect(statusOfOmitted({ omitted: true })).toBeUndefined();
    expect(statusOfOmitted({ omitted: true, summary: Uint8Array.of(9, 0, 201) })).toBeUndefined();
  });
});
