import { describe, expect, it } from "vitest";
import { placeKey } from "./key.js";
import { protocols } from "./protocols/index.js";
import type { BodySnapshot } from "./request-body.js";

const none: BodySnapshot = { kind: "none" };
const json = (body: string): BodySnapshot => ({ kind: "bytes", body });
const mint = () => "k-1";

describe("a key in a header", () => {
  it("is a quoted string in the draft's syntax", () => {
    const headers = new Headers();
    expect(placeKey(protocols.ietf, headers, none, mint)).toEqual({ key: "k-1", body: none });
    expect(headers.get("idempotency-key")).toBe('"k-1"');
  });

  it("is bare where the API has it so", () => {
    const headers = new Headers();
    placeKey(protocols.didit, headers, none, mint);
    expect(headers.get("idempotency-key")).toBe("k-1");
  });

  it.each([
    ['"abc"', "abc"],
    ["abc", "abc"],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
  ])("stays as it is when it is there already: %s", (line, key) => {
    const headers = new Headers({ "Idempotency-Key": line });
    expect(placeKey(protocols.ietf, headers, none, mint).key).toBe(key);
    expect(headers.get("idempotency-key")).toBe(line);
  });

  it("escapes what a quoted string cannot hold bare", () => {
    const headers = new Headers();
    placeKey(protocols.ietf, headers, none, () => String.raw`a"b\c`);
    expect(headers.get("idempotency-key")).toBe(String.raw`"a\"b\\c"`);
  });

  it.each([
    ["", /visible ASCII/],
    ["with space", /visible ASCII/],
    ["com,ma", /visible ASCII/],
    ["clé", /visible ASCII/],
    ["x".repeat(256), /256 characters; ietf takes at most 255/],
  ])("that servers refuse is refused here: %j", (key, message) => {
    expect(() => placeKey(protocols.ietf, new Headers(), none, () => key)).toThrow(message);
  });
});

describe("a key in the body", () => {
  const { square } = protocols;

  it("is spliced in, and the rest of the text stays as it was written", () => {
    const { body, key } = placeKey(square, new Headers(), json('{ "amount": 1.0 }'), mint);
    expect(key).toBe("k-1");
    expect(body).toEqual({ kind: "bytes", body: '{"idempotency_key":"k-1", "amount": 1.0 }' });
  });

  it("needs no comma in an empty object", () => {
    expect(placeKey(square, new Headers(), json("{}"), mint).body).toEqual(json('{"idempotency_key":"k-1"}'));
  });

  it("stays as it is when it is there already", () => {
    const body = json('{"idempotency_key":"mine"}');
    expect(placeKey(square, new Headers(), body, mint)).toEqual({ key: "mine", body });
  });

  it.each(["[]", "not json", '"text"', "null"])("needs a JSON object: %s", (text) => {
    expect(() => placeKey(square, new Headers(), json(text), mint)).toThrow(/expected a JSON object/);
  });

  it("that is no text is refused", () => {
    expect(() => placeKey(square, new Headers(), json('{"idempotency_key":7}'), mint)).toThrow(/idempotency_key: 7/);
  });
});
