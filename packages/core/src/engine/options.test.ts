import { describe, expect, it } from "vitest";
import { createOncekey, type IdempotencyStore, MemoryStore, type OncekeyOptions } from "../index.js";

const make = (options: object | undefined) => () =>
  createOncekey((options && { store: new MemoryStore(), ...options }) as OncekeyOptions);

const sealer = { seal: (bytes: Uint8Array) => bytes, open: (bytes: Uint8Array) => bytes };

describe("options", () => {
  it("needs nothing but a store", () => {
    expect(make({})).not.toThrow();
  });

  const mistakes: [string, object, RegExp][] = [
    ["no options at all", undefined as unknown as object, /createOncekey: expected an object of options/],
    ["an unknown option", { leaseMS: 5 }, /"leaseMS" is no option; there are .*leaseMs/],
    ["no store", { store: undefined }, /store: expected an IdempotencyStore/],
    [
      "half a store",
      { store: { get() {}, capabilities: {} } as unknown as IdempotencyStore },
      /lacks create, replace, remove/,
    ],
    ["a retention that a claim could outlive", { retentionMs: 59_999 }, /retentionMs: 59999 .* at least 60000/],
    ["a fraction", { leaseMs: 1000.5 }, /leaseMs: 1000.5 is not a whole number/],
    [
      "a lease longer than the longest execution",
      { leaseMs: 60_000, maxExecutionMs: 30_000 },
      /maxExecutionMs: 30000 is shorter than leaseMs \(60000\)/,
    ],
    [
      "a retention under twice the longest execution",
      { retentionMs: 100_000, maxExecutionMs: 60_000 },
      /retentionMs: 100000 is less than twice maxExecutionMs \(60000\)/,
    ],
    [
      "a retention within the claim's time-out",
      { retentionMs: 60_000, leaseMs: 10_000, claimTimeoutMs: 60_000 },
      /not longer than claimTimeoutMs/,
    ],
    ["a policy that does not exist", { policy: "exactly-once" }, /"exactly-once" is no policy; use "retryable"/],
    [
      "a choice that does not exist",
      { onStoreUnavailable: "ignore" },
      /onStoreUnavailable: "ignore" is none of "refuse", "bypass"/,
    ],
    ["an empty namespace", { namespace: "" }, /namespace/],
    ["a sealer that cannot open", { seal: { seal() {} } }, /seal: expected a Sealer with seal\(\) and open\(\)/],
    ["a stage of sealing that does not exist", { seal: sealer, sealing: "off" }, /sealing: "off" is none of "prepare"/],
    ["sealing without a sealer", { sealing: "require" }, /sealing: there is nothing to seal with; give seal too/],
    ["a quota that is a number", { quota: 100 }, /quota: expected a function/],
    ["a listener that is none", { on: "log" }, /on: expected a function/],
  ];
  for (const [what, options, message] of mistakes) {
    it(`refuses ${what}`, () => {
      expect(make(options)).toThrow(TypeError);
      expect(make(options)).toThrow(message);
    });
  }

  it("refuses the same in with(), where options meet those they are added to", () => {
    const oncekey = createOncekey({ store: new MemoryStore(), leaseMs: 60_000 });
    expect(() => oncekey.with({ maxExecutionMs: 30_000 })).toThrow(/maxExecutionMs: 30000 is shorter/);
    const engineOption = { namespace: "x" } as object;
    expect(() => oncekey.with(engineOption)).toThrow(/"namespace" is no option/);
  });
});

describe("arguments of an operation", () => {
  const oncekey = createOncekey({ store: new MemoryStore() });
  const good = { key: "k", scope: "s", fingerprint: "s1:x" };
  const mistakes: [string, object, RegExp][] = [
    ["an empty key", { key: "" }, /key: a text of 1 to 1024 characters is expected, this one has 0/],
    ["a scope that is not there", { scope: undefined }, /scope: expected a text, got undefined/],
    ["an empty scope", { scope: "" }, /scope/],
    ["a key beyond any header", { key: "k".repeat(1_025) }, /key: a text of 1 to 1024 characters/],
    ["a fingerprint that is none", { fingerprint: "hello" }, /fingerprint: "hello" is not one/],
  ];
  it("take a scope as long as a route's path may be", async () => {
    const scope = `acct_1 POST /${"x".repeat(16_000)}`;
    expect(await oncekey.execute({ ...good, scope }, async () => 1)).toMatchObject({ outcome: "executed" });
  });

  for (const [what, wrong, message] of mistakes) {
    it(`refuses ${what} and runs nothing`, async () => {
      let runs = 0;
      await expect(oncekey.execute({ ...good, ...wrong }, async () => ++runs)).rejects.toThrow(message);
      expect(runs).toBe(0);
    });
  }
});
