import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { platformDigest } from "#platform";
import { fromBase64url } from "./digest.js";
import { portableDigest } from "./portable-digest.js";
import { sha256 } from "./sha256.js";

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("SHA-256 in plain JavaScript", () => {
  // FIPS 180-4, examples of NIST.
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("of %j", (text, expected) => {
    expect(hex(sha256(Buffer.from(text)))).toBe(expected);
  });

  it("is right for every length around its blocks, and for a large body", () => {
    for (const length of [...Array.from({ length: 260 }, (_, index) => index), 100_001]) {
      const bytes = new Uint8Array(length).map((_, index) => (index * 31 + length) & 0xff);
      expect(hex(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });
});

describe("HMAC-SHA-256 in plain JavaScript", () => {
  // RFC 4231, test cases 2 and 6 (a key longer than a block).
  it.each([
    ["Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    [
      "\u00aa".repeat(131),
      "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ],
  ])("with the key %j", (key, message, expected) => {
    const mac = portableDigest.hmac(Buffer.from(key, "latin1"), Buffer.from(message));
    expect(Buffer.from(mac, "base64url").toString("hex")).toBe(expected);
  });

  it("is right for keys of every length around a block", () => {
    for (let length = 1; length < 140; length++) {
      const key = new Uint8Array(length).fill(length);
      const message = Buffer.from(`message ${length}`);
      expect(portableDigest.hmac(key, message)).toBe(createHmac("sha256", key).update(message).digest("base64url"));
    }
  });
});

describe("the two implementations", () => {
  it("agree about everything", () => {
    expect(platformDigest).not.toBe(portableDigest);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes, key) => {
        expect(portableDigest.raw(bytes)).toBe(platformDigest.raw(bytes));
        expect(portableDigest.base64url(bytes)).toBe(platformDigest.base64url(bytes));
        expect(portableDigest.hmac(key, bytes)).toBe(platformDigest.hmac(key, bytes));
      }),
    );
  });
});

describe("base64url", () => {
  it("is read back as it was written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(fromBase64url(Buffer.from(bytes).toString("base64url"))).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it.each(["=", "A", "AAAAA", "AA==", "A+", "A/", "ä", " AA"])("%j is none", (text) => {
    expect(fromBase64url(text)).toBeUndefined();
  });
});
