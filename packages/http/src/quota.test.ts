import { createOncekey, MemoryStore, type Quota, type QuotaRequest } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { ask, bytes, guardWith, responding, told } from "../test/ask.js";
import { createGuard } from "./guard.js";

describe("a quota", () => {
  const full: Quota = () => ({ admit: false, retryAfterMs: 1_001 });

  it("refuses a new key with a problem that says when to come back, rounded up", async () => {
    const guard = guardWith({ quota: full });
    const refused = await ask(guard, {}, () => Promise.reject(new Error("this handler must not run")));
    expect(told(refused)).toMatchObject({ because: "too-many-keys", status: 429, retryable: true, retryAfter: "2" });
    expect(told(refused)).not.toHaveProperty("safeNewKey");
  });

  it("answers a retry of a key that was there before", async () => {
    const oncekey = createOncekey({ store: new MemoryStore() });
    const options = { oncekey, scope: "global" } as const;
    await ask(createGuard(options), {}, responding(201, "made"));
    const retry = await ask(createGuard({ ...options, quota: full }), {}, responding(200, "never"));
    expect(retry).toMatchObject({ because: "replay", response: { status: 201, body: bytes("made") } });
  });

  it("is asked about the caller, on whatever route", async () => {
    const asked: QuotaRequest[] = [];
    const quota: Quota = (request) => {
      asked.push(request);
      return { admit: true };
    };
    const guard = guardWith({ quota, scopeByRoute: true });
    for (const target of ["/a", "/b"]) await ask(guard, { target });
    expect(asked.map(({ scope }) => scope)).toEqual(["acme", "acme"]);
    expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
  });
});
