import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { platformDigest } from "#platform";
import { portableDigest } from "./fingerprint/portable-digest.js";
import { deriveKey, deriveKeyWith, recordId, recordIdWith } from "./record-id.js";

const KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324";
const ID = "JTkG6GSz58iNSG1EHdAl0Xy4B6Kaaj_AE9hoSDKgWaE";
const part = fc.string({ unit: "binary", maxLength: 30 });

describe.each([
  ["the platform's hash", platformDigest],
  ["plain JavaScript", portableDigest],
])("with %s", (_, digest) => {
  it("makes the id and the derived key of the vectors", () => {
    expect(recordIdWith(digest, "default", "acct_1", KEY)).toBe(ID);
    expect(deriveKeyWith(digest, ID, "charge", "base64url")).toBe("XkxSR6YTztpPQBFiHmtJDXeA0Fr75tjoI-SvCfKWvyE");
    // The first 16 bytes of the same digest, with version 8 and the RFC 9562 variant.
    expect(deriveKeyWith(digest, ID, "charge", "uuid")).toBe("5e4c5247-a613-8eda-8f40-11621e6b490d");
  });
});

describe("recordId", () => {
  it("does not confuse where one part ends and the next begins", () => {
    expect(recordId("n", "a:b", "c")).not.toBe(recordId("n", "a", "b:c"));
    expect(recordId("n", "1,1:", "c")).not.toBe(recordId("n", "1", ",1:c"));
    expect(recordId("", "ab", "c")).not.toBe(recordId("ab", "", "c"));
  });

  it("is another for other parts, and has 43 characters of base64url", () => {
    const parts = fc.tuple(part, part, part);
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(recordId(...a)).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(recordId(...a) === recordId(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it("keeps scopes apart that differ in a lone surrogate or in normalisation alone", () => {
    const scopes = ["\ud800", "\ud801", "\ufffd", "\u00e9", "e\u0301"];
    expect(new Set(scopes.map((scope) => recordId("n", scope, "k"))).size).toBe(scopes.length);
  });

  it("agrees with plain JavaScript for parts of any length", () => {
    for (const length of [0, 1, 9, 10, 99, 100, 999, 1000, 1024, 5000, 12_345]) {
      for (const unit of ["x", "é"]) {
        const scope = unit.repeat(length);
        expect(recordId("n", scope, "k")).toBe(recordIdWith(portableDigest, "n", scope, "k"));
        const preimage = `17:idempotency-key/1,1:n,${Buffer.byteLength(scope)}:${scope},1:k,`;
        expect(recordId("n", scope, "k")).toBe(portableDigest.base64url(Buffer.from(preimage)));
      }
    }
  });
});

describe("deriveKey", () => {
  it("is another for other names and other records", () => {
    const other = recordId("default", "acct_2", KEY);
    const keys = [deriveKey(ID, "charge"), deriveKey(ID, "refund"), deriveKey(other, "charge"), deriveKey(ID, "")];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("makes UUIDs of version 8", () => {
    fc.assert(
      fc.property(part, (name) => {
        expect(deriveKey(ID, name, "uuid")).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  it.each(["", "acct_1", `${ID}A`, ID.slice(1), `${ID.slice(0, 42)}+`])("refuses %j, which is no record id", (id) => {
    expect(() => deriveKey(id, "charge")).toThrow(TypeError);
  });
});
