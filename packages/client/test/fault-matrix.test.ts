import { describe, expect, it } from "vitest";
import { createIdempotentFetch, memoryJournal, reportOf } from "../src/index.js";
import { type Fault, ScriptedServer } from "./scripted-server.js";

const quick = { baseMs: 1, capMs: 5, attemptTimeoutMs: 400, deadlineMs: 10_000 } as const;
const inProgress: Fault = {
  status: 409,
  headers: { "retry-after": "0" },
  body: { type: "https://api.example.com/problems/request-in-progress" },
};

/** Each ends in one effect and the true answer, whatever happened on the way. */
const healed: readonly (readonly [title: string, script: readonly Fault[], requests: number])[] = [
  ["nothing goes wrong", [], 1],
  ["the connection is reset before the effect", ["reset-before-effect"], 2],
  ["the connection is reset after the effect", ["reset-after-effect"], 2],
  ["no answer comes, and nothing was done", ["hang-before-effect"], 2],
  ["no answer comes, and it was done", ["hang-after-effect"], 2],
  ["the answer is cut off in its header", ["cut-header-after-effect"], 2],
  ["the answer is cut off in its body", ["cut-body-after-effect"], 2],
  ["a gateway answers 502", [{ status: 502 }], 2],
  ["the server answers 500 and then has it", [{ status: 500 }], 2],
  ["the server is overloaded", [{ status: 503, headers: { "retry-after": "0" } }], 2],
  ["the server asks to slow down", [{ status: 429, headers: { "retry-after": "0" } }], 2],
  ["the server waited too long for the request", [{ status: 408 }], 2],
  ["the request came too early", [{ status: 425 }], 2],
  ["an earlier attempt runs, five times", Array.from({ length: 5 }, () => inProgress), 6],
  ["the answer is lost, and the retry finds it running", ["reset-after-effect", inProgress], 3],
  ["three losses in a row", ["reset-before-effect", "cut-body-after-effect", "reset-after-effect"], 4],
];

const charge = { method: "POST", body: '{"amount":1}' } as const;

/** Ways to the one answer: within a call, under a name, and with a restart after every single attempt. */
const ways: readonly (readonly [name: string, pay: (url: string) => Promise<Response>])[] = [
  ["a call", (url) => createIdempotentFetch({ retry: quick })(url, charge)],
  [
    "a submitted call",
    (url) => createIdempotentFetch({ retry: quick, journal: memoryJournal() }).submit("order-1", url, charge),
  ],
  [
    "a process that restarts after every attempt",
    async (url) => {
      const journal = memoryJournal();
      const restart = () => createIdempotentFetch({ retry: { ...quick, maxAttempts: 1, deadlineMs: 450 }, journal });
      let response = await restart()
        .submit("order-1", url, charge)
        .catch(() => undefined);
      for (let restarts = 0; restarts < 20 && !isSettled(response); restarts += 1) {
        const { operations } = await restart().resume();
        response = operations[0]?.response;
      }
      if (response === undefined) throw new Error("not settled after 20 restarts");
      return response;
    },
  ],
];

function isSettled(response: Response | undefined): response is Response {
  return response !== undefined && reportOf(response)?.outcome === "succeeded";
}

describe.each(ways)("%s has one effect and the true answer, when", (_name, pay) => {
  it.each(healed)("%s", async (_title, script, requests) => {
    await using server = await ScriptedServer.start(...script);
    const response = await pay(`${server.url}/charges`);
    expect(await response.json()).toEqual({ receipt: 1 });
    expect(server.effects).toBe(1);
    expect(server.seen).toHaveLength(requests);
    expect(new Set(server.keys).size).toBe(1);
    expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set([charge.body]));
    expect(reportOf(response)?.outcome).toBe("succeeded");
  });
});

/** Each stays unsettled: what the caller is told has to be true. */
const unsettled: readonly (readonly [title: string, script: readonly Fault[], name: string, effects: number])[] = [
  [
    "every answer is lost, and it was done",
    Array.from({ length: 4 }, () => "reset-after-effect" as const),
    "OutcomeUnknownError",
    1,
  ],
  [
    "every attempt is lost, and nothing was done",
    Array.from({ length: 4 }, () => "reset-before-effect" as const),
    "OutcomeUnknownError",
    0,
  ],
  [
    "a lost answer is followed by refusals to begin",
    ["reset-after-effect", { status: 429 }, { status: 429 }, { status: 429 }],
    "OutcomeUnknownError",
    1,
  ],
  ["a lost answer is followed by an expired token", ["reset-after-effect", { status: 401 }], "OutcomeUnknownError", 1],
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
  it.each(unsettled)("%s", async (_title, script, name, effects) => {
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
