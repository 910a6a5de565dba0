import { describe, expect, it } from "vitest";
import { copyHeaders, sentHeaders } from "./request-headers.js";

type Given = NonNullable<RequestInit["headers"]>;

const given: readonly (readonly [of: string, headers: Given])[] = [
  ["nothing", {}],
  ["an object", { "content-type": "application/json", Authorization: "Bearer a b" }],
  ["an object whose names differ in case", { "X-A": "1", "x-a": "2" }],
  ["an object with blanks around a value", { "x-a": "  1 " }],
  ["an object with an empty value", { "x-a": "" }],
  ["an object with a value outside ASCII", { "x-a": "é" }],
  ["an object with a name that objects have of themselves", JSON.parse('{"__proto__":"1","constructor":"2"}')],
  ["an object with a number", JSON.parse('{"x-a":1}')],
  ["an object without a prototype", Object.assign(Object.create(null), { "x-a": "1" })],
  [
    "pairs",
    [
      ["x-a", "1"],
      ["X-A", "2"],
    ],
  ],
  [
    "Headers",
    new Headers([
      ["x-a", "1"],
      ["x-a", "2"],
    ]),
  ],
];

function bothWays(headers: Given) {
  return { ours: copyHeaders(headers), platform: new Headers(headers) };
}

describe.each(given)("headers of %s", (_of, headers) => {
  it("arrive as the platform would have them", () => {
    const { ours, platform } = bothWays(headers);
    expect([...new Headers(sentHeaders(ours))]).toEqual([...platform]);
  });

  it.each(["x-a", "X-A", "authorization", "Content-Type", "constructor", "toString", "x-b"])(
    "are asked for %s",
    (name) => {
      const { ours, platform } = bothWays(headers);
      expect(ours.has(name)).toBe(platform.has(name));
      expect(ours.get(name)?.trim()).toBe(platform.get(name)?.trim());
    },
  );

  it("take another line, and one in place of another, and leave what was given as it is", () => {
    const before = [...new Headers(headers)];
    const { ours, platform } = bothWays(headers);
    for (const each of [ours, platform]) {
      each.set("X-A", "new");
      each.set("x-c", "more");
    }
    expect([...new Headers(sentHeaders(ours))]).toEqual([...platform]);
    expect([...new Headers(headers)]).toEqual(before);
    expect(ours.get("x-a")).toBe("new");
  });
});

it.each([
  ["a name", { "x a": "1" }],
  ["a value", { "x-a": "1\n2" }],
  ["pairs", JSON.parse('[["x-a"]]')],
])("%s that the platform refuses is refused", (_what, headers) => {
  expect(() => new Headers(headers)).toThrow(TypeError);
  expect(() => copyHeaders(headers)).toThrow(TypeError);
});

it("are none where none were given", () => {
  expect([...new Headers(sentHeaders(copyHeaders(undefined)))]).toEqual([]);
  expect([...new Headers(sentHeaders(copyHeaders(null)))]).toEqual([]);
});

it.each([
  ["an object", { "x-a": "1" }],
  ["Headers", new Headers({ "x-a": "1" })],
])("of %s are others for each attempt, so that a fetch that adds to them changes no other attempt", (_of, given) => {
  const headers = copyHeaders(given);
  const sent = sentHeaders(headers);
  if (sent instanceof Headers) sent.set("x-b", "2");
  else Reflect.set(sent, "x-b", "2");
  expect([...new Headers(sent)]).toHaveLength(2);
  expect([...new Headers(sentHeaders(headers))]).toEqual([["x-a", "1"]]);
});
