import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { fingerprint } from "./fingerprint/fingerprint.js";
import { Netstrings as OnNode } from "./fingerprint/netstrings.js";
import * as elsewhere from "./platform.js";
import { deriveKey, recordId } from "./record-id.js";

vi.mock("#platform", () => import("./platform.js"));

const { base64url, hmac, raw } = elsewhere.platformDigest;
const vectors: readonly { fingerprint: string; bodyBase64: string; method: string; path: string }[] = JSON.parse(
  readFileSync(new URL("../../../spec/vectors/fingerprint.json", import.meta.url), "utf8"),
);

it("elsewhere than on Node every fingerprint is the same, whatever came before it", () => {
  for (const { fingerprint: expected, bodyBase64, ...vector } of [...vectors, ...vectors]) {
    const request = { ...vector, body: Buffer.from(bodyBase64, "base64") };
    expect(fingerprint(request).value).toBe(expected);
    expect(fingerprint(request).value).toBe(expected);
  }
});

it("elsewhere ids and derived keys are the same", () => {
  const id = recordId("default", "acct_1", "8e03978e-40d5-43e8-bc93-6894a57f9324");
  expect(id).toBe("JTkG6GSz58iNSG1EHdAl0Xy4B6Kaaj_AE9hoSDKgWaE");
  expect(deriveKey(id, "charge")).toBe("XkxSR6YTztpPQBFiHmtJDXeA0Fr75tjoI-SvCfKWvyE");
});

it("elsewhere netstrings are the same", () => {
  const parts = fc.array(fc.string({ unit: "binary", maxLength: 300 }), { maxLength: 5 });
  const digest = "\x00\x7f\x80\xff".repeat(8);
  const other = digest.split("").reverse().join("");
  const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  fc.assert(
    fc.property(parts, parts, (first, second) => {
      const [one, two] = [OnNode, elsewhere.Netstrings].map((Netstrings) => {
        const netstrings = new Netstrings("first");
        return [first, second].map((texts) => {
          for (const text of texts) netstrings.text(text).raw(Buffer.from(text));
          const { length } = netstrings;
          const made = latin1(netstrings.digest(digest).bytes());
          return [length, made, latin1(netstrings.otherDigest(other, length)), netstrings.reset().length];
        });
      });
      expect(two).toEqual(one);
    }),
  );
});

it("elsewhere takes Node's hashes where a runtime has them, and else its own", async () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const id = recordId("namespace", "scope", "key");
  vi.stubGlobal("process", undefined);
  vi.resetModules();
  try {
    const { platformDigest } = await import("./platform.js");
    expect(platformDigest.raw).not.toBe(raw);
    expect(platformDigest.raw(bytes)).toBe(raw(bytes));
    expect(platformDigest.base64url(bytes)).toBe(base64url(bytes));
    expect(platformDigest.hmac(bytes, bytes)).toBe(hmac(bytes, bytes));
    expect((await import("./record-id.js")).recordId("namespace", "scope", "key")).toBe(id);
  } finally {
    vi.unstubAllGlobals();
  }
});
