import type { HeaderLine, Scenario, ScriptedAnswer, ScriptedBody, ScriptedHandler } from "./scenario.js";

const everyMethod = ["GET", "HEAD", "OPTIONS", "POST", "PATCH", "PUT", "DELETE"] as const;
const keyedMethods = ["POST", "PATCH"] as const;

const json: ScriptedBody = { kind: "json", members: { id: "ses_1" } };

function answering(status: number, headers: readonly HeaderLine[], body: ScriptedBody): ScriptedHandler {
  return { does: "answer", answer: { status, headers, body } satisfies ScriptedAnswer };
}

/** A route for the usual methods, with the defaults of the protection unless `rest` says otherwise. */
function scenario(name: string, handler: ScriptedHandler, rest: Partial<Scenario> = {}): Scenario {
  return { name, methods: keyedMethods, options: {}, handler, ...rest };
}

/** Answers of an application that say no, or that it failed. */
const statuses: readonly Scenario[] = [401, 403, 404, 408, 422, 425, 429, 500, 502, 503].map((status) =>
  scenario(`status-${status}`, answering(status, [], json)),
);

/** Says that nothing was modified, which a request that changes something did not ask for. */
const notModified = scenario("status-304", answering(304, [["etag", '"v1"']], { kind: "none" }));

/** Answers of every shape, all of which a replay gives back. */
const shapes: readonly Scenario[] = [
  scenario("no-content", answering(204, [["x-listed", "kept"]], { kind: "none" }), {
    options: { storedHeaders: ["x-listed"] },
  }),
  scenario("empty", answering(200, [], { kind: "none" })),
  scenario(
    "binary",
    answering(200, [["content-type", "application/octet-stream"]], {
      kind: "base64",
      base64: btoa(String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))),
    }),
  ),
  scenario(
    "byte-order-mark",
    answering(200, [["content-type", "text/plain; charset=utf-8"]], { kind: "text", text: "\uFEFFamount;EUR" }),
  ),
  scenario("json-null", answering(200, [["content-type", "application/json"]], { kind: "text", text: "null" })),
  scenario("redirect", answering(303, [], { kind: "redirect", location: "/things/1" })),
  scenario(
    "repeated-headers",
    answering(
      200,
      [
        ["link", '</things/1>; rel="self"'],
        ["link", '</things>; rel="collection"'],
      ],
      json,
    ),
  ),
  scenario(
    "volatile-headers",
    answering(
      200,
      [
        ["date", "Tue, 15 Nov 1994 08:12:31 GMT"],
        ["age", "100"],
        ["via", "1.1 first"],
        ["x-request-id", "first"],
        ["access-control-allow-origin", "https://first.example"],
        ["strict-transport-security", "max-age=1"],
        ["x-unlisted", "first"],
      ],
      json,
    ),
  ),
];

const pieces = ["a streamed ", "answer ", "in four ", "pieces"];
const plainText: readonly HeaderLine[] = [["content-type", "text/plain; charset=utf-8"]];

const streams: readonly Scenario[] = [
  scenario("stream", answering(200, plainText, { kind: "stream", pieces }), { feature: "streaming" }),
  scenario("breaks-off", answering(200, plainText, { kind: "stream", pieces, breaksOff: true }), {
    feature: "streaming",
  }),
  scenario(
    "events",
    answering(200, [["content-type", "text/event-stream"]], {
      kind: "events",
      events: ["data: in-progress\n\n", "data: approved\n\n"],
    }),
    { feature: "events" },
  ),
];

const failures: readonly Scenario[] = [
  scenario("throws", { does: "fail", how: "throw" }),
  scenario("rejects", { does: "fail", how: "reject" }),
  scenario("error-handler", { does: "fail", how: "error-handler" }, { feature: "error-handler" }),
];

const created = answering(201, [], json);
const atMostOnce: Partial<Scenario> = { options: { policy: "at-most-once" }, feature: "policies" };

/** Routes with options of their own. */
const configured: readonly Scenario[] = [
  scenario("optional", created, { options: { required: false } }),
  scenario("small-bodies", { does: "echo" }, { options: { maxBodyBytes: 1_024 } }),
  scenario("few-keys", created, { options: { maxKeys: 1 }, feature: "quotas" }),
  scenario("waits", created, { options: { waitMs: 20_000 }, feature: "waiting" }),
  scenario("put", created, { options: { methods: ["PUT"] }, methods: ["PUT"], feature: "methods" }),
  scenario("at-most-once-500", answering(500, [], json), atMostOnce),
  scenario("at-most-once-503", answering(503, [], json), atMostOnce),
  scenario("at-most-once-throws", { does: "fail", how: "throw" }, atMostOnce),
  scenario(
    "at-most-once-not-executed",
    { does: "fail", how: "not-executed" },
    { ...atMostOnce, feature: "not-executed" },
  ),
];

/** An answer with every kind of header that matters. */
const createdInFull = answering(
  201,
  [
    ["location", "/things/1"],
    ["etag", '"v1"'],
    ["content-language", "en"],
    ["set-cookie", "session=first; HttpOnly"],
    ["set-cookie", "theme=dark"],
    ["x-listed", "kept"],
    ["x-unlisted", "dropped"],
  ],
  json,
);

/** The routes of the scripted app. */
export const scenarios: readonly Scenario[] = [
  scenario("created", createdInFull, { methods: everyMethod, options: { storedHeaders: ["x-listed"] } }),
  scenario("echo", { does: "echo" }),
  ...shapes,
  ...streams,
  ...statuses,
  notModified,
  ...failures,
  ...configured,
  scenario("over-cap", answering(201, plainText, { kind: "filler", bytes: 1_048_576 })),
  scenario("compressible", answering(200, plainText, { kind: "filler", bytes: 16_384 }), { feature: "compression" }),
];
