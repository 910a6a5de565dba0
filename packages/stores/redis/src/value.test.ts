import { randomBytes } from "node:crypto";
import type { KeyRecord } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { readStanding, storedValue } from "./value.js";

const LIMIT = 1_000_000;

/** The value of a record with `lifeMs` to live at its write. */
function written(version: string, record: KeyRecord, lifeMs: number): Buffer {
  return Buffer.concat([Buffer.from(storedValue(version, record, LIMIT)), Buffer.from(String(lifeMs))]);
}

const done = (result: Uint8Array): KeyRecord => ({
  state: "completed",
  fingerprint: `s1:ä${"x".repeat(40)}`,
  attempt: 1,
  result,
});

describe("a value", () => {
  it.each([
    ["ASCII", Buffer.from('{"amount":1000}')],
    ["a few bytes above 127", Buffer.from("für 10 €, bitte")],
    ["all bytes", Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ["nothing", new Uint8Array()],
    ["many random bytes", randomBytes(100_000)],
    ["many letters", Buffer.alloc(100_000, "a")],
  ])("comes back as it was written: %s", (_, result) => {
    const read = readStanding(3_800, written("v1", done(new Uint8Array(result)), 5_000));
    expect(read).toEqual({ version: "v1", record: done(new Uint8Array(result)), ageMs: 1_200, expiresInMs: 3_800 });
  });

  it("is a text where that is about as short, and bytes where it is not", () => {
    expect(storedValue("v1", done(Buffer.from("letters")), LIMIT)).toMatch(/^"v1~.*;$/s);
    expect(storedValue("v1", done(randomBytes(500)), LIMIT)).toBeInstanceOf(Buffer);
    expect(storedValue("v1", done(Buffer.alloc(100_000, "a")), LIMIT)).toBeInstanceOf(Buffer);
  });

  it("keeps versions of every length and every printable character, apart from what follows", () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
    for (const version of ["1", "12345", " :~; ", "{a}", printable.slice(0, 64), printable.slice(31)]) {
      const read = readStanding(7, written(version, { state: "released", attempt: 1 }, 77));
      expect([read.version, read.ageMs]).toEqual([version, 70]);
    }
  });

  it("has no age below 0, where its life was lengthened by an earlier clock", () => {
    expect(readStanding(11, written("v", { state: "released", attempt: 1 }, 10)).ageMs).toBe(0);
  });

  it.each([
    ["somebody's text", 5, "hello", /is not made as the values of this store/],
    ["nothing", 5, "", /is not made as the values of this store/],
    ["no time to live", -1, "#abc~x;5", /has no time to live/],
    ["no age", 5, '"v1~x', /is not made/],
    ["no digits of one", 5, '"v1~x;', /is not made/],
    ["digits that nothing divides from the record", 5, '"v1~x5', /is not made/],
    ["a version and digits", 5, '"v1;5', /is not made/],
    ["a version, a mark and digits", 5, '"v1~5', /is not made/],
    ["a record of another version", 5, '"v1~\x09;5', /its format is 9/],
    ["text of characters above 255", 5, '"v1~\x01\u0100;5', /is not the text of bytes/],
    ["a part of one", 5, '"v1~\x01\x01;5', /ends too early/],
  ])("that is something else is an error: %s", (_, left, value, message) => {
    expect(() => readStanding(left, Buffer.from(value))).toThrow(message);
    expect(() => readStanding(left, Buffer.from(value))).toThrow(
      expect.objectContaining({ code: "RECORD_UNREADABLE" }),
    );
  });
});
