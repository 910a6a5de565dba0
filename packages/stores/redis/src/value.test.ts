import { randomBytes } from "node:crypto";
import type { KeyRecord } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { readStanding, storedValue } from "./value.js";

const LIMIT = 1_000_000;
const DIGITS = "0000000000000005";

/** The value of a record with `lifeMs` to live at its write, and perhaps when it ends. */
function written(version: string, record: KeyRecord, lifeMs: number, endsMs?: number): Buffer {
  const end = endsMs === undefined ? "" : String(endsMs).padStart(16, "0");
  return Buffer.concat([Buffer.from(storedValue(version, record, lifeMs, LIMIT)), Buffer.from(end)]);
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
    const record = done(new Uint8Array(result));
    const stored = { version: "v1", record, ageMs: 1_200, expiresInMs: 3_800 };
    expect(readStanding(written("v1", record, 5_000), { leftMs: 3_800 })).toEqual(stored);
    const ending = written("v1", record, 5_000, 1_800_000_003_800);
    expect(readStanding(ending, { leftMs: 3_800 })).toEqual(stored);
    expect(readStanding(ending, { nowMs: 1_800_000_000_000 })).toEqual(stored);
  });

  it("leaves it to the script how long a record lives on", () => {
    expect(storedValue("v1", { state: "released", attempt: 1 }, undefined, LIMIT)).toMatch(/;$/);
    expect(storedValue("v1", { state: "released", attempt: 1 }, 9_007_199_254_740_991, LIMIT)).toMatch(
      /;9007199254740991$/,
    );
  });

  it("is a text where that is about as short, and bytes where it is not", () => {
    expect(storedValue("v1", done(Buffer.from("letters")), 500, LIMIT)).toMatch(/^"v1~.*;0{13}500$/s);
    expect(storedValue("v1", done(randomBytes(500)), 500, LIMIT)).toBeInstanceOf(Buffer);
    expect(storedValue("v1", done(Buffer.alloc(100_000, "a")), 500, LIMIT)).toBeInstanceOf(Buffer);
  });

  it("keeps versions of every length and every printable character, apart from what follows", () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
    for (const version of ["1", "12345", " :~; ", "{a}", printable.slice(0, 64), printable.slice(31)]) {
      const read = readStanding(written(version, { state: "released", attempt: 1 }, 77), { leftMs: 7 });
      expect([read.version, read.ageMs]).toEqual([version, 70]);
    }
  });

  it("has no age below 0, where its life was lengthened by an earlier clock", () => {
    expect(readStanding(written("v", { state: "released", attempt: 1 }, 10), { leftMs: 11 }).ageMs).toBe(0);
  });

  it.each([
    ["somebody's text", 5, "hello", /is not made as the values of this store/],
    ["nothing", 5, "", /is not made as the values of this store/],
    ["no time to live", -1, `#abc~x;${DIGITS}`, /has no time to live/],
    ["no age", 5, '"v1~x', /is not made/],
    ["no digits of one", 5, '"v1~x;', /is not made/],
    ["fewer digits", 5, '"v1~x;123456789012345', /is not made/],
    ["letters among the digits", 5, '"v1~x;12345678901234x6', /is not made/],
    ["letters in place of its end", 5, `"v1~x;${DIGITS}12345678901234x6`, /its format is 120/],
    ["digits that nothing divides from the record", 5, `"v1~x5${DIGITS}`, /is not made/],
    ["a version and digits", 5, `"v1;${DIGITS}`, /is not made/],
    ["a version, a mark and digits", 5, `"v1~${DIGITS}`, /is not made/],
    ["a record of another version", 5, `"v1~\x09;${DIGITS}`, /its format is 9/],
    ["text of characters above 255", 5, `"v1~\x01\u0100;${DIGITS}`, /is not the text of bytes/],
    ["a part of one", 5, `"v1~\x01\x01;${DIGITS}`, /ends too early/],
  ])("that is something else is an error: %s", (_, leftMs, text, message) => {
    const value = Buffer.from(text);
    expect(() => readStanding(value, { leftMs })).toThrow(message);
    expect(() => readStanding(value, { leftMs })).toThrow(expect.objectContaining({ code: "RECORD_UNREADABLE" }));
    expect(() => readStanding(value, { nowMs: 5 })).toThrow(expect.objectContaining({ code: "RECORD_UNREADABLE" }));
  });
});
