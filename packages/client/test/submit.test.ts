import { describe, expect, it } from "vitest";
import {
  type ClientEvent,
  type ClientOptions,
  createIdempotentFetch,
  type Journal,
  memoryJournal,
} from "../src/index.js";
import { ScriptedServer } from "./scripted-server.js";

const quick = { baseMs: 1, capMs: 5 } as const;
const lost = ["reset-after-effect", "reset-after-effect", "reset-after-effect", "reset-after-effect"] as const;

/** A client as after a restart: nothing in common with the last one but the journal. */
function client(journal: Journal, options: ClientOptions = {}) {
  return createIdempotentFetch({ journal, retry: quick, ...options });
}

const charge = { method: "POST", body: '{"amount":1}', headers: { authorization: "Bearer s3cret", "x-trace": "t" } };

async function ids(operations: AsyncIterable<{ operationId: string; state: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const { operationId, state } of operations) found.push(`${operationId} ${state}`);
  return found;
}

describe("a submitted operation", () => {
  it("is in the journal before its first byte is sent", async () => {
    const journal = memoryJournal();
    const seen: (string | undefined)[] = [];
    const spying: typeof fetch = async () => {
      seen.push((await journal.get("order-1"))?.state);
      return new Response(null, { status: 204 });
    };
    await client(journal, { fetch: spying }).submit("order-1", "https://api.example.com/", charge);
    expect(seen).toEqual(["intent"]);
    expect((await journal.get("order-1"))?.state).toBe("settled");
  });

  it("is not sent when it cannot be written down", async () => {
    await using server = await ScriptedServer.start();
    const full: Journal = { ...memoryJournal(), claim: () => Promise.reject(new Error("ENOSPC")) };
    await expect(client(full).submit("order-1", server.url, charge)).rejects.toThrow("ENOSPC");
    expect(server.seen).toEqual([]);
  });

  it("keeps its key over restarts, and its outcome is found out by resuming", async () => {
    await using server = await ScriptedServer.start(...lost);
    const journal = memoryJournal();
    await expect(client(journal).submit("order-1", server.url, charge)).rejects.toMatchObject({
      name: "OutcomeUnknownError",
      operationId: "order-1",
    });
    const restarted = client(journal);
    expect(await ids(restarted.pending())).toEqual(["order-1 unknown"]);
    const { operations, stillPending } = await restarted.resume();
    expect(stillPending).toBe(0);
    expect(await operations[0]?.response?.json()).toEqual({ receipt: 1 });
    expect(server.effects).toBe(1);
    expect(new Set(server.keys).size).toBe(1);
    expect(await ids(restarted.pending())).toEqual([]);
  });

  it("gets the same answer when it is submitted again under its name", async () => {
    await using server = await ScriptedServer.start();
    const journal = memoryJournal();
    const first = await client(journal).submit("order-1", server.url, charge);
    const second = await client(journal).submit("order-1", server.url, charge);
    expect(await second.json()).toEqual(await first.json());
    expect(server.effects).toBe(1);
  });

  it("under a name that means another request is refused before anything is sent", async () => {
    await using server = await ScriptedServer.start();
    const journal = memoryJournal();
    await client(journal).submit("order-1", server.url, charge);
    const other = client(journal).submit("order-1", server.url, { ...charge, body: '{"amount":2}' });
    await expect(other).rejects.toMatchObject({ name: "KeyReuseError", operationId: "order-1" });
    expect(server.seen).toHaveLength(1);
  });

  it("may be a form, whose boundary is another one each time", async () => {
    await using server = await ScriptedServer.start(...lost);
    const journal = memoryJournal();
    const form = () => {
      const made = new FormData();
      made.set("amount", "1");
      return made;
    };
    const init = () => ({ method: "POST", body: form() });
    await expect(client(journal).submit("order-1", server.url, init())).rejects.toThrow();
    await client(journal).submit("order-1", server.url, init());
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });

  it("leaves no secret in the journal; prepare supplies it again", async () => {
    await using server = await ScriptedServer.start(...lost);
    const journal = memoryJournal();
    await expect(client(journal).submit("order-1", server.url, charge)).rejects.toThrow();
    const record = await journal.get("order-1");
    expect(record?.request.headers.map(([name]) => name)).toEqual(["content-type", "idempotency-key"]);
    const prepare: ClientOptions["prepare"] = ({ headers }) => headers.set("authorization", "Bearer fresh");
    await client(journal, { prepare }).resume();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      ...lost.map(() => "Bearer s3cret"),
      "Bearer fresh",
    ]);
  });

  it("has its headers prepared anew for every attempt, and is told which operation it is", async () => {
    await using server = await ScriptedServer.start("reset-after-effect");
    const journal = memoryJournal();
    const asked: unknown[] = [];
    const prepare: ClientOptions["prepare"] = ({ headers, operationId, key }) => {
      headers.append("x-attempt", "one");
      asked.push([operationId, key]);
    };
    await client(journal, { prepare }).submit("order-1", server.url, charge);
    expect(server.seen.map(({ headers }) => headers["x-attempt"])).toEqual(["one", "one"]);
    const record = await journal.get("order-1");
    expect(asked).toEqual([
      ["order-1", record?.key],
      ["order-1", record?.key],
    ]);
  });

  it("was not sent where prepare fails, and is still to be done", async () => {
    await using server = await ScriptedServer.start();
    const journal = memoryJournal();
    const cause = new Error("no token to be had");
    const prepare = () => Promise.reject(cause);
    await expect(client(journal, { prepare }).submit("order-1", server.url, charge)).rejects.toMatchObject({
      name: "NotSentError",
      outcome: "not-executed",
      cause,
    });
    expect(await ids(client(journal).pending())).toEqual(["order-1 intent"]);
    expect((await client(journal).submit("order-1", server.url, charge)).ok).toBe(true);
    expect(server.effects).toBe(1);
  });

  it("is resumed by at least one at a time", async () => {
    await expect(client(memoryJournal()).resume({ concurrency: 0 })).rejects.toThrow("concurrency 0");
  });

  it("stays pending when its caller leaves", async () => {
    await using server = await ScriptedServer.start("hang-after-effect");
    const journal = memoryJournal();
    const controller = new AbortController();
    const pending = client(journal).submit("order-1", server.url, { ...charge, signal: controller.signal });
    await expect.poll(() => server.effects).toBe(1);
    controller.abort();
    await expect(pending).rejects.toMatchObject({ name: "AbortError" });
    expect((await journal.get("order-1"))?.state).toBe("unknown");
  });

  it("is never sent when the server may have forgotten its key", async () => {
    await using server = await ScriptedServer.start(...lost);
    const journal = memoryJournal();
    await expect(client(journal).submit("order-1", server.url, charge)).rejects.toThrow();
    const record = await journal.get("order-1");
    await journal.delete("order-1");
    if (record !== undefined) await journal.claim({ ...record, claimedAtMs: Date.now() - 25 * 60 * 60 * 1_000 });
    const { operations, stillPending } = await client(journal).resume();
    expect(operations[0]?.error).toMatchObject({ name: "KeyExpiredError", outcome: "unknown" });
    expect(stillPending).toBe(1);
    expect(server.seen).toHaveLength(lost.length);
  });

  it("can be reconciled by hand", async () => {
    await using server = await ScriptedServer.start(...lost);
    const journal = memoryJournal();
    const fetch = client(journal);
    await expect(fetch.submit("order-1", server.url, charge)).rejects.toThrow();
    await fetch.reconcile("order-1", { settled: { status: 201 } });
    expect(await ids(fetch.pending())).toEqual([]);
    await expect(fetch.reconcile("order-2", "abandon")).rejects.toThrow(/holds no operation "order-2"/);
  });

  it("that was given up is not sent again under its name", async () => {
    await using server = await ScriptedServer.start(...lost);
    const journal = memoryJournal();
    await expect(client(journal).submit("order-1", server.url, charge)).rejects.toThrow();
    await client(journal).reconcile("order-1", "abandon");
    await expect(client(journal).submit("order-1", server.url, charge)).rejects.toThrow(/given up/);
    expect(server.seen).toHaveLength(lost.length);
  });

  it("has its answer even if the journal cannot note it", async () => {
    await using server = await ScriptedServer.start();
    const journal: Journal = { ...memoryJournal(), update: () => Promise.reject(new Error("EIO")) };
    const events: ClientEvent[] = [];
    const fetch = client(journal, { on: (event) => events.push(event) });
    expect((await fetch.submit("order-1", server.url, charge)).status).toBe(201);
    expect(events.map(({ type }) => type)).toContain("journal-failed");
  });

  it.each([
    [undefined, "order-1", "https://api.example.com/", {}, /needs the option journal/],
    [memoryJournal(), "", "https://api.example.com/", {}, /operationId: "" is not a text/],
    [memoryJournal(), "order-1", "/charges", {}, /"\/charges" is not an absolute URL/],
    [memoryJournal(), "order-1", "https://api.example.com/", { method: "POST", body: () => "x" }, /keeps the bytes/],
  ] as const)("refuses what it cannot keep (%#)", async (journal, name, url, init, message) => {
    const fetch = createIdempotentFetch(journal === undefined ? {} : { journal });
    await expect(fetch.submit(name, url, init)).rejects.toThrow(message);
  });
});

describe("a call that cannot even begin", () => {
  it.each([
    ["has no URL", "no url", "{}"],
    [
      "has a body that cannot be made",
      "https://api.example.com/",
      () => {
        throw new Error("no such file");
      },
    ],
  ])("and %s was not sent", async (_, url, body) => {
    const call = createIdempotentFetch({ retry: { ...quick, maxAttempts: 1 } })(url, { method: "POST", body });
    await expect(call).rejects.toMatchObject({ name: "NotSentError", outcome: "not-executed" });
  });
});
