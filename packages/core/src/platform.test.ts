import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { fingerprint } from "./fingerprint/fingerprint.js";
import * as elsewhere from "./platform.js";
import { recordId } from "./record-id.js";

vi.mock("#platform", () => import("./platform.js"));

const { base64url, hmac, raw } = elsewhere.platformDigest;
const vectors: readonly { fingerprint: string; bodyBase64: string; method: string; path: string }[] = JSON.parse(
  readFileSync(new URL("../../../spec/vectors/fingerprint.json", import.meta.url), "utf8"),
);

it("elsewhere than on Node every fingerprint is the same", () => {
  for (const { fingerprint: expected, bodyBase64, ...vector } of vectors) {
    expect(fingerprint({ ...vector, body: Buffer.from(bodyBase64, "base64") }).value).toBe(expected);
  }
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
