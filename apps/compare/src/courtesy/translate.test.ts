import { describe, expect, it } from "vitest";
import type { Dialect } from "./dialect.js";
import { type Asked, type Message, translate } from "./translate.js";

const dialect: Dialect = [
  { says: "used for another", means: "key-reused" },
  { says: "is missing", means: "key-missing" },
];
const asked: Asked = { keyLines: ["abc"], first: undefined, storeIsDown: false };

function answer(status: number, text: string, lines: Message["lines"] = []): Message {
  return { status, lines, body: new TextEncoder().encode(text) };
}

function problemOf({ body }: Message): unknown {
  return JSON.parse(new TextDecoder().decode(body));
}

describe("translate", () => {
  it("puts a refusal into the suite's form, and keeps what was said", () => {
    const told = translate(answer(417, "used for another"), dialect, "in substance", asked);
    expect(told.status).toBe(422);
    expect(told.lines).toContainEqual(["content-type", "application/problem+json"]);
    expect(problemOf(told)).toMatchObject({ title: "key-reused", retryable: false, detail: "used for another" });
  });

  it("tells a key that is there and refused from one that is missing", () => {
    const text = "is missing";
    const empty = translate(answer(400, text), dialect, "in substance", { ...asked, keyLines: [""] });
    expect(problemOf(empty)).toMatchObject({ title: "key-invalid", reason: "empty" });
    const none = translate(answer(400, text), dialect, "in substance", { ...asked, keyLines: [] });
    expect(problemOf(none)).toMatchObject({ title: "key-missing" });
  });

  it("takes a failure for the store's only while the store is down", () => {
    const failure = answer(500, "internal");
    expect(translate(failure, dialect, "in substance", { ...asked, storeIsDown: true }).status).toBe(503);
    expect(translate(failure, dialect, "in substance", asked).status).toBe(500);
  });

  it("marks a replay, and gives back the headers of the first answer unless they are asked for", () => {
    const first = { status: 201, lines: [["etag", '"v1"'] as const, ["set-cookie", "a=b"] as const] };
    const replay = answer(201, "{}", [["etag", 'W/"made-anew"']]);
    expect(translate(replay, dialect, "in substance", { ...asked, first }).lines).toEqual([
      ["etag", '"v1"'],
      ["idempotent-replayed", "true"],
    ]);
    expect(translate(replay, dialect, "with its headers", { ...asked, first }).lines).toEqual([
      ["etag", 'W/"made-anew"'],
      ["idempotent-replayed", "true"],
    ]);
  });

  it("never changes a status or a body of a replay, and nothing of what is judged as it is", () => {
    const stored = answer(404, "no such thing");
    const { status, body } = translate(stored, dialect, "in substance", asked);
    expect({ status, body }).toEqual({ status: stored.status, body: stored.body });
    expect(translate(answer(417, "used for another"), dialect, "as it is", asked).status).toBe(417);
  });
});
