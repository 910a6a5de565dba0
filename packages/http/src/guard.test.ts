import { gzipSync } from "node:zlib";
import { createOncekey, MemoryStore, OncekeyError } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { ask, bytes, guardWith, responding, told } from "../test/ask.js";
import { createGuard } from "./guard.js";

/** A latch: handlers wait at it. */
function latch() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** The key's first request runs until the latch is opened. */
async function whileRunning(guard: ReturnType<typeof guardWith>) {
  const { open, opened } = latch();
  const started = latch();
  const first = ask(guard, {}, async (attempt) => {
    started.open();
    await opened;
    return responding(201)(attempt);
  });
  await started.opened;
  return { first, open };
}

describe("which requests are ours", () => {
  it("passes methods that are not protected, key or not, and never looks at them", async () => {
    const guard = guardWith();
    for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]) {
      expect(told(await ask(guard, { method, key: "not a key, at all" }))).toEqual({ kind: "pass" });
    }
    expect(guard.covers("post")).toBe(true);
    expect(guard.covers("QUERY")).toBe(false);
  });

  it("asks for a key where it is required, and passes where it is not", async () => {
    expect(told(await ask(guardWith(), { key: null }))).toMatchObject({ because: "key-missing", status: 400 });
    expect(told(await ask(guardWith({ required: false }), { key: null }))).toEqual({ kind: "pass" });
  });

  it("refuses a broken key even where none is required", async () => {
    const guard = guardWith({ required: false });
    expect(told(await ask(guard, { key: "" }))).toMatchObject({ because: "key-invalid", reason: "empty" });
    expect(told(await ask(guard, { key: ["a", "a"] }))).toMatchObject({ status: 400, reason: "multiple" });
  });

  it("refuses early data that has no key", async () => {
    const guard = guardWith({ required: false });
    const headers = { "early-data": "1" };
    expect(told(await ask(guard, { key: null, headers }))).toMatchObject({ because: "too-early", status: 425 });
    expect(told(await ask(guard, { headers }))).toEqual({ kind: "executed" });
  });

  it("knows the key's header by other names, of which one request uses one", async () => {
    const guard = guardWith({ headerName: ["Idempotency-Key", "X-Idempotency-Key"] });
    const aliased = { key: null, headers: { "x-idempotency-key": '"key-1"' } };
    expect(told(await ask(guard, aliased))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, {}))).toMatchObject({ because: "replay" });
    expect(told(await ask(guard, { ...aliased, key: "key-1" }))).toMatchObject({ reason: "multiple" });
  });

  it("never repeats a key", async () => {
    const refusals = [
      await ask(guardWith(), { key: "s3cret key" }),
      await ask(guardWith({ validateKey: () => "it must be a UUID" }), { key: "s3cret" }),
      await ask(guardWith({ maxKeyLength: 3 }), { key: "s3cret" }),
    ];
    for (const refusal of refusals) expect(JSON.stringify(told(refusal))).not.toContain("s3cret");
  });

  it("leaves the store alone for a key that is refused", async () => {
    const store = new MemoryStore();
    const touched: string[] = [];
    const watched = new Proxy(store, {
      get(target, name) {
        if (typeof name === "string" && ["get", "create", "replace"].includes(name)) touched.push(name);
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const guard = createGuard({ store: watched, scope: "global" });
    touched.length = 0;
    await ask(guard, { key: "a b" });
    expect(touched).toEqual([]);
  });
});

describe("keys that an API does not take", () => {
  it("says so, in the API's own words", async () => {
    const guard = guardWith({ validateKey: (key) => key.length > 20 || "it must have more than 20 characters" });
    expect(told(await ask(guard, {}))).toMatchObject({
      because: "key-invalid",
      reason: "not-accepted",
      detail: "it must have more than 20 characters",
    });
    expect(told(await ask(guard, { key: "k".repeat(21) }))).toEqual({ kind: "executed" });
    expect(told(await ask(guardWith({ validateKey: () => false }), {}))).toMatchObject({ reason: "not-accepted" });
  });

  it("refuses a UUID of version 7 that is too old, and no other key", async () => {
    const guard = guardWith({ maxKeyAgeMs: 3_600_000 });
    const made = (ms: number) => {
      const hex = ms.toString(16).padStart(12, "0");
      return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`;
    };
    expect(told(await ask(guard, { key: made(Date.now() - 7_200_000) }))).toMatchObject({
      because: "key-expired",
      status: 412,
    });
    expect(told(await ask(guard, { key: made(Date.now()) }))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, { key: "00000000-0000-4000-8000-000000000000" }))).toEqual({ kind: "executed" });
  });
});

describe("scope", () => {
  it("keeps two callers with one key apart", async () => {
    const guard = guardWith();
    expect(told(await ask(guard, { account: "acme" }))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, { account: "globex" }))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, { account: "acme" }))).toMatchObject({ because: "replay" });
  });

  it("fails the request whose scope is not known, and runs nothing", async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      return { status: 200, headers: [], body: bytes("") };
    };
    await expect(ask(guardWith(), { account: "" }, run)).rejects.toThrow("scope: the function answered undefined");
    await expect(ask(guardWith({ scope: () => "" }), {}, run)).rejects.toThrow(
      "scope: the function answered an empty text",
    );
    await expect(
      ask(guardWith({ scope: async () => Promise.reject(new Error("no session")) }), {}, run),
    ).rejects.toThrow("no session");
    expect(runs).toBe(0);
  });

  it("can be narrowed to the route", async () => {
    const guard = guardWith({ scopeByRoute: true });
    expect(told(await ask(guard, { target: "/a?x=1" }))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, { target: "/b" }))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, { target: "/a?x=2" }))).toMatchObject({ because: "key-reused" });
    expect(told(await ask(guardWith(), { target: "/a" }))).toEqual({ kind: "executed" });
  });
});

describe("answers", () => {
  it("replays the first answer, marked, with what is kept of its headers", async () => {
    const guard = guardWith();
    const run = responding(201, "made", [
      ["Location", "/things/1"],
      ["Set-Cookie", "a=1"],
    ]);
    const first = await ask(guard, {}, run);
    expect(first).toMatchObject({ kind: "executed", response: { status: 201, body: bytes("made") } });
    const second = await ask(guard, {}, responding(200, "never"));
    expect(second).toEqual({
      kind: "answer",
      because: "replay",
      response: {
        status: 201,
        headers: [
          ["content-type", "text/plain"],
          ["location", "/things/1"],
          ["Idempotent-Replayed", "true"],
        ],
        body: bytes("made"),
      },
    });
  });

  it("refuses the key for another request, even while the first one runs", async () => {
    const guard = guardWith();
    const { first, open } = await whileRunning(guard);
    const others = [
      { body: bytes('{"amount":2}') },
      { target: "/other" },
      { target: "/things?a=1" },
      { method: "PATCH" },
    ];
    for (const other of others) {
      expect(told(await ask(guard, other))).toMatchObject({ because: "key-reused", status: 422, safeNewKey: false });
    }
    open();
    await first;
    expect(
      told(await ask(guard, { body: bytes('{ "amount": 1.0 }'), headers: { "content-type": "application/json" } })),
    ).toMatchObject({ because: "key-reused" });
  });

  it("compares JSON by its values, and compressed bodies by what they hold", async () => {
    const guard = guardWith();
    const headers = { "content-type": "application/json" };
    await ask(guard, { body: bytes('{"a":1,"b":2}'), headers });
    const sames = [
      { body: bytes('{ "b": 2.0, "a": 1 }'), headers },
      { body: { parsed: { b: 2, a: 1 } }, headers },
      { body: { decoded: '{"a":1,"b":2}' }, headers },
      { body: gzipSync('{"a":1,"b":2}'), headers: { ...headers, "content-encoding": "gzip" } },
    ];
    for (const same of sames) expect(told(await ask(guard, same))).toMatchObject({ because: "replay" });
  });

  it("binds the headers that the API names", async () => {
    const guard = guardWith({ fingerprint: { headers: ["Api-Version"] } });
    await ask(guard, { headers: { "api-version": "1" } });
    expect(told(await ask(guard, { headers: { "api-version": "1", "user-agent": "b" } }))).toMatchObject({
      because: "replay",
    });
    for (const headers of [{ "api-version": "2" }, {}]) {
      expect(told(await ask(guard, { headers }))).toMatchObject({ because: "key-reused" });
    }
  });

  it("compares what select picks", async () => {
    const guard = guardWith({
      fingerprint: { select: ({ body }, { account }) => [account, String(body).length] },
    });
    await ask(guard, { body: { decoded: "one" } });
    expect(told(await ask(guard, { body: { decoded: "two" } }))).toMatchObject({ because: "replay" });
    expect(told(await ask(guard, { body: { decoded: "three" } }))).toMatchObject({ because: "key-reused" });
  });

  it("refuses to guess at a body that is lost, unless select tells requests apart", async () => {
    const body = { lost: "the body was read and not kept" };
    await expect(ask(guardWith(), { body })).rejects.toThrow("the body was read and not kept");
    await expect(ask(guardWith({ fingerprint: { select: () => undefined } }), { body })).rejects.toThrow("not kept");
    expect(told(await ask(guardWith({ fingerprint: { select: () => "amount" } }), { body }))).toEqual({
      kind: "executed",
    });
  });

  it("recognises requests after a change of secret", async () => {
    const store = new MemoryStore();
    const guard = (hmacKey: string | readonly string[]) =>
      createGuard({ store, scope: "global", fingerprint: { hmacKey } });
    await ask(guard("old"), {});
    expect(told(await ask(guard(["new", "old"]), {}))).toMatchObject({ because: "replay" });
    expect(told(await ask(guard(["new", "old"]), { body: bytes("2") }))).toMatchObject({ because: "key-reused" });
  });

  it("refuses a body over the cap, before and after decoding, and leaves the key free", async () => {
    const guard = guardWith({ maxBodyBytes: 10 });
    const large = [
      { body: "too-large" as const },
      { body: new Uint8Array(11) },
      { body: { decoded: "x".repeat(11) } },
      { body: gzipSync("x".repeat(11)), headers: { "content-encoding": "gzip" } },
    ];
    for (const asked of large) {
      expect(told(await ask(guard, asked))).toMatchObject({ because: "body-too-large", status: 413, limit: 10 });
    }
    expect(told(await ask(guard, { body: new Uint8Array(10) }))).toEqual({ kind: "executed" });
  });

  it("says when to come back, and never later than the lease that is left", async () => {
    const inProgress = async (retryAfterMs: number) => {
      const guard = guardWith({ leaseMs: 5_000, retryAfterMs });
      const { first, open } = await whileRunning(guard);
      const duplicate = told(await ask(guard, {}));
      open();
      await first;
      return duplicate;
    };
    expect(await inProgress(1_000)).toMatchObject({
      because: "request-in-progress",
      status: 409,
      retryAfter: "1",
      retryable: true,
    });
    expect(Number((await inProgress(60_000))["retryAfter"])).toBeLessThanOrEqual(5);
  });

  it("waits for the running request where the options say so", async () => {
    const guard = guardWith({ waitMs: 30_000 });
    const { first, open } = await whileRunning(guard);
    const duplicate = ask(guard, {});
    open();
    await first;
    expect(told(await duplicate)).toMatchObject({ because: "replay", status: 201 });
  });

  it("answers that it cannot tell while the store is away, and runs nothing", async () => {
    const store = new MemoryStore();
    store.create = () => Promise.reject(new Error("connection refused"));
    store.get = () => Promise.reject(new Error("connection refused"));
    const guard = createGuard({ store, scope: "global", claimTimeoutMs: 20, retryAfterMs: 2_000 });
    expect(told(await ask(guard, {}))).toMatchObject({ because: "store-unavailable", status: 503, retryAfter: "2" });
    const bypassing = guard.with({ onStoreUnavailable: "bypass" });
    expect(told(await ask(bypassing, {}))).toEqual({ kind: "executed" });
  });

  it("does not call a store that is set up wrongly an outage: the server's own error handling hears of it", async () => {
    const store = new MemoryStore();
    const misconfigured = new OncekeyError("STORE_MISCONFIGURED", "run migrate()");
    store.create = () => Promise.reject(misconfigured);
    const guard = createGuard({ store, scope: "global" });
    await expect(ask(guard, {})).rejects.toBe(misconfigured);
  });

  it("refuses new requests once it is closed", async () => {
    const guard = guardWith();
    expect(await guard.close()).toEqual({ unfinished: 0 });
    expect(told(await ask(guard, {}))).toMatchObject({ because: "store-unavailable", status: 503 });
  });

  it("uses the statuses, the marker and the base of the API", async () => {
    const guard = guardWith({
      statuses: { "key-reused": 409 },
      replayedHeader: "Idempotency-Replay",
      problemBase: "https://api.example.com/problems",
    });
    await ask(guard, {});
    const replay = await ask(guard, {});
    expect(replay.kind === "answer" && replay.response.headers).toContainEqual(["Idempotency-Replay", "true"]);
    expect(told(await ask(guard, { target: "/other" }))).toMatchObject({
      status: 409,
      type: "https://api.example.com/problems/key-reused",
    });
  });
});

describe("options", () => {
  const store = new MemoryStore();
  const wrong: readonly [string, object, string][] = [
    ["no scope", { store }, "scope: undefined is no scope"],
    ["a scope that is another word", { store, scope: "globl" }, 'scope: "globl" is no scope'],
    ["no store", { scope: "global" }, "there is neither a store nor an oncekey"],
    ["an unknown option", { store, scope: "global", ttl: 1 }, '"ttl" is no option'],
    [
      "an unknown fingerprint option",
      { store, scope: "global", fingerprint: { exclude: [] } },
      '"exclude" is no option',
    ],
    ["a negative cap", { store, scope: "global", maxBodyBytes: -1 }, "maxBodyBytes: -1 is not a whole number"],
    ["a fraction", { store, scope: "global", maxResponseBytes: 1.5 }, "maxResponseBytes: 1.5"],
    ["a safe method", { store, scope: "global", methods: ["POST", "get"] }, "methods: GET asks for no effect"],
    ["no methods", { store, scope: "global", methods: [] }, "methods: expected a list"],
    ["no header", { store, scope: "global", headerName: [] }, "headerName: the list is empty"],
    [
      "a header with a space",
      { store, scope: "global", headerName: "Idempotency Key" },
      'headerName: "Idempotency Key"',
    ],
    ["a word for a flag", { store, scope: "global", required: "no" }, 'required: "no" is none of true, false'],
    ["an unknown syntax", { store, scope: "global", syntax: "sf" }, 'syntax: "sf"'],
    ["a hook that is none", { store, scope: "global", redact: true }, "redact: expected a function"],
    ["an unknown policy", { store, scope: "global", policy: "exactly-once" }, 'policy: "exactly-once" is no policy'],
    [
      "a contradiction of times",
      { store, scope: "global", leaseMs: 60_000, maxExecutionMs: 1_000 },
      "maxExecutionMs: 1000 is shorter than leaseMs",
    ],
    ["two engines", { store, oncekey: createOncekey({ store }), scope: "global" }, "store: it belongs to the engine"],
    [
      "an engine's option beside an engine",
      { oncekey: createOncekey({ store }), namespace: "a", scope: "global" },
      "namespace: it belongs to the engine",
    ],
  ];
  for (const [name, options, message] of wrong) {
    it(`refuses ${name}`, () => {
      const make: (given: object) => unknown = createGuard as (given: never) => unknown as (given: object) => unknown;
      expect(() => make(options)).toThrow(TypeError);
      expect(() => make(options)).toThrow(message);
    });
  }

  it("refuses them on a route too", () => {
    // @ts-expect-error: a route has no store of its own
    expect(() => guardWith().with({ store })).toThrow('"store" is no option');
    expect(() => guardWith().with({ maxBodyBytes: -1 })).toThrow("maxBodyBytes");
  });

  it("lets a route differ over the same keys", async () => {
    const guard = guardWith();
    const strict = guard.with({ syntax: "strict", policy: "at-most-once" });
    expect(told(await ask(strict, {}))).toMatchObject({ reason: "not-a-string" });
    expect(told(await ask(strict, { key: '"key-1"' }, responding(500)))).toEqual({ kind: "executed" });
    expect(told(await ask(guard, {}))).toMatchObject({ because: "replay", status: 500 });
  });

  it("takes an engine that is there already", async () => {
    const oncekey = createOncekey({ store: new MemoryStore() });
    await ask(createGuard({ oncekey, scope: "global", policy: "at-most-once" }), {}, responding(500));
    expect(told(await ask(createGuard({ oncekey, scope: "global" }), {}))).toMatchObject({
      because: "replay",
      status: 500,
    });
  });
});
