import { describe, expect, it } from "vitest";
import { createIdempotentFetch, memoryJournal, reportOf } from "../src/index.js";
import { charge, healed, type UnsettledScenario, unsettled, ways } from "./fault-scenarios.js";
import { type Fault, ScriptedServer } from "./scripted-server.js";

const quick = { baseMs: 1, capMs: 5, attemptTimeoutMs: 400, deadlineMs: 10_000 } as const;

describe.each(ways)("%s has one effect and the true answer, when", (_name, pay) => {
  it.each(healed)("%s", async (_title, script, attempts) => {
    await using server = await ScriptedServer.start(...script);
    const journal = memoryJournal();
    const response = await pay(`${server.url}/charges`, () => journal, { retry: quick });
    expect(await response.json()).toEqual({ receipt: 1 });
    expect(server.effects).toBe(1);
    expect(server.seen).toHaveLength(attempts);
    expect(new Set(server.keys).size).toBe(1);
    expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set([charge.body]));
    expect(reportOf(response)?.outcome).toBe("succeeded");
  });
});

/** A mistake of the program's: no retry would mend it. */
const mistaken: readonly UnsettledScenario[] = [
  [
    "the key is another request's",
    [{ status: 422, body: { type: "https://x.example/problems/key-reused" } }],
    "KeyReuseError",
    0,
  ],
  [
    "the server misses the key",
    [{ status: 400, body: { type: "https://x.example/problems/key-missing" } }],
    "KeyRequiredError",
    0,
  ],
];

describe("an error that says what is known, when", () => {
  it.each([...unsettled, ...mistaken])("%s", async (_title, script, name, effects) => {
    await using server = await ScriptedServer.start(...script);
    const fetch = createIdempotentFetch({ retry: quick });
    const error: unknown = await fetch(server.url, { method: "POST" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, outcome: name === "OutcomeUnknownError" ? "unknown" : "not-executed" });
    expect(error).toHaveProperty("key", JSON.parse(server.keys[0] ?? '""'));
    expect(server.effects).toBe(effects);
    expect(server.seen).toHaveLength(script.length);
  });
});

/** Answers that no second attempt would change are handed out as they are. */
const final: readonly (readonly [title: string, fault: Fault, outcome: string])[] = [
  ["a validation error", { status: 422, body: { error: "amount" } }, "failed"],
  ["a conflict of the application's own", { status: 409, body: { error: "sold out" } }, "failed"],
  ["a stored failure", { status: 500, headers: { "idempotent-replayed": "true" } }, "failed"],
  ["a method that is not there", { status: 501 }, "failed"],
  ["an outcome that the server does not know", { status: 409, body: { type: "x:/outcome-unknown" } }, "unknown"],
  ["a wait longer than is waited for", { status: 503, headers: { "retry-after": "3600" } }, "unknown"],
  ["a long wait before anything is done", { status: 429, headers: { "retry-after": "3600" } }, "not-executed"],
];

describe("the server's own answer at once, for", () => {
  it.each(final)("%s", async (_title, fault, outcome) => {
    await using server = await ScriptedServer.start(fault);
    const fetch = createIdempotentFetch({ retry: quick });
    const response = await fetch(server.url, { method: "POST", body: "{}" });
    expect(typeof fault === "object" && response.status === fault.status).toBe(true);
    expect(reportOf(response)?.outcome).toBe(outcome);
    expect(server.seen).toHaveLength(1);
  });
});
