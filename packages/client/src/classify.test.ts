import { describe, expect, it } from "vitest";
import { classify, mayRetry, settles } from "./classify.js";
import type { Answer } from "./protocols/adapter.js";
import { protocols } from "./protocols/index.js";

const answer = (status: number, body?: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: new Headers(headers),
  json: () => body,
});
const classOf = (protocol: keyof typeof protocols, ...rest: Parameters<typeof answer>) =>
  classify({ kind: "answer", answer: answer(...rest) }, protocols[protocol]);

describe("an answer in the draft's words", () => {
  it.each([
    [200, undefined, {}, "success"],
    [303, undefined, {}, "success"],
    [400, undefined, {}, "definite"],
    [400, { type: "https://a.example/p/key-missing" }, {}, "key-required"],
    [400, { type: "https://a.example/p#key-missing" }, {}, "key-required"],
    [401, undefined, {}, "definite"],
    [408, undefined, {}, "not-executed"],
    [409, undefined, {}, "definite"],
    [409, undefined, { "retry-after": "1" }, "in-progress"],
    [409, { type: "about:blank", title: "A request is outstanding for this Idempotency-Key" }, {}, "in-progress"],
    [409, { error: { code: "idempotency_in_flight" } }, {}, "in-progress"],
    [409, { type: "x:/outcome-unknown" }, {}, "outcome-unknown"],
    [409, { type: "x:/response-unavailable", originalStatus: 201 }, {}, "success"],
    [409, { type: "x:/response-unavailable", originalStatus: 500 }, {}, "definite"],
    [412, { type: "x:/key-expired" }, {}, "key-expired"],
    [422, undefined, {}, "definite"],
    [422, { type: "x:/key-reused" }, {}, "key-reused"],
    [422, { code: "idempotency_conflict" }, {}, "key-reused"],
    [425, undefined, {}, "not-executed"],
    [429, undefined, {}, "not-executed"],
    [500, undefined, {}, "ambiguous"],
    [500, undefined, { "idempotent-replayed": "true" }, "definite"],
    [409, undefined, { "idempotent-replayed": "true", "retry-after": "1" }, "definite"],
    [503, { type: "x:/store-unavailable" }, { "idempotent-replayed": "true" }, "definite"],
    [422, { type: "x:/key-reused" }, { "idempotent-replayed": "true" }, "key-reused"],
    [501, undefined, {}, "definite"],
    [503, undefined, {}, "ambiguous"],
    [503, { type: "x:/store-unavailable" }, {}, "not-executed"],
    [505, undefined, {}, "definite"],
  ] as const)("%i %j %j is %s", (status, body, headers, expected) => {
    expect(classOf("ietf", status, body, headers)).toBe(expected);
  });
});

it("an answer to a request without a key says nothing about keys", () => {
  const conflict = { kind: "answer", answer: answer(409, undefined, { "retry-after": "1" }) } as const;
  expect(classify(conflict, protocols.ietf)).toBe("in-progress");
  expect(classify(conflict, protocols.ietf, false)).toBe("definite");
});

describe("an answer in a provider's words", () => {
  it.each([
    ["stripe", 409, undefined, "in-progress"],
    ["stripe", 400, { error: { type: "idempotency_error" } }, "key-reused"],
    ["stripe", 402, { error: { type: "card_error" } }, "definite"],
    ["adyen", 422, { errorCode: "704" }, "in-progress"],
    ["adyen", 422, { errorCode: "101" }, "definite"],
    ["square", 400, { errors: [{ code: "IDEMPOTENCY_KEY_REUSED" }] }, "key-reused"],
    ["paypal", 422, { name: "UNPROCESSABLE_ENTITY", details: [{ issue: "DUPLICATE_REQUEST_ID" }] }, "key-reused"],
    ["paypal", 409, { details: [{ issue: "PREVIOUS_REQUEST_IN_PROGRESS" }] }, "in-progress"],
    ["didit", 409, { type: "x:/request-in-progress" }, "in-progress"],
  ] as const)("%s: %i %j is %s", (protocol, status, body, expected) => {
    expect(classOf(protocol, status, body)).toBe(expected);
  });
});

describe("whether an attempt may be repeated", () => {
  const may = (repeatable: boolean, kind: Parameters<typeof mayRetry>[0], seen?: Answer) =>
    mayRetry(kind, repeatable, seen, protocols.stripe);

  it("does not need a key where nothing was sent or begun", () => {
    expect(may(false, "unsent")).toBe(true);
    expect(may(false, "not-executed", answer(429))).toBe(true);
    expect(may(false, "ambiguous", answer(503, undefined, { "retry-after": "1" }))).toBe(true);
  });

  it("needs one where something may have been done", () => {
    for (const seen of [undefined, answer(500), answer(503)]) {
      expect(may(false, "ambiguous", seen)).toBe(false);
      expect(may(true, "ambiguous", seen)).toBe(true);
    }
    expect(may(false, "not-executed", answer(408))).toBe(false);
  });

  it("is never so for mistakes and answers", () => {
    for (const kind of [
      "success",
      "definite",
      "key-reused",
      "key-required",
      "key-expired",
      "outcome-unknown",
    ] as const) {
      expect(may(true, kind, answer(400))).toBe(false);
    }
  });

  it("follows what the server says, upwards only with a key", () => {
    const yes = answer(402, undefined, { "stripe-should-retry": "true" });
    const no = answer(500, undefined, { "stripe-should-retry": "false" });
    expect(may(true, "definite", yes)).toBe(true);
    expect(may(false, "definite", yes)).toBe(false);
    expect(may(true, "ambiguous", no)).toBe(false);
    const stored = answer(402, undefined, { "stripe-should-retry": "true", "idempotent-replayed": "true" });
    expect(may(true, "definite", stored)).toBe(false);
  });
});

describe("what an answer says about earlier attempts", () => {
  it.each([401, 403, 407, 408, 421, 425, 429, 503])("%i says nothing", (status) => {
    expect(settles("definite", status)).toBe(false);
  });

  it.each([400, 404, 409, 422, 500])("a final %i settles them", (status) => {
    expect(settles("definite", status)).toBe(true);
  });
});
