import { runInNewContext } from "node:vm";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { canonicalJson } from "./canonical-json.js";
import { canonicalValue } from "./canonical-value.js";

// Thousands of bodies on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe("the canonical form of a parsed value", () => {
  it("is that of the text it came from, wherever that has one", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: "binary" }), (value) => {
        const text = JSON.stringify(value);
        const { text: mine, exact } = canonicalValue(JSON.parse(text));
        expect(mine).toBe(canonicalize(JSON.parse(text)));
        expect(exact).toBe(true);
        expect(Buffer.from(canonicalJson(Buffer.from(text)) ?? "").toString()).toBe(mine);
      }),
      { numRuns: 500 },
    );
  });

  it("calls no toJSON and takes own enumerable members alone", () => {
    const value = Object.create({ inherited: 1 }, { hidden: { value: 2, enumerable: false } });
    Object.assign(value, { toJSON: 3, [Symbol("s")]: 4, __proto__x: 5 });
    expect(canonicalValue(value)).toMatchObject({ text: '{"__proto__x":5,"toJSON":3}', exact: true });
    expect(canonicalValue(JSON.parse('{"__proto__":{"b":1,"a":2}}')).text).toBe('{"__proto__":{"a":2,"b":1}}');
  });

  it("takes objects without a prototype, of a class and of another realm", () => {
    class Order {
      total = 1;
    }
    expect(canonicalValue(Object.assign(Object.create(null), { a: 1 })).text).toBe('{"a":1}');
    expect(canonicalValue(new Order()).text).toBe('{"total":1}');
    expect(canonicalValue(runInNewContext('({ b: [1, "x"], a: {} })')).text).toBe('{"a":{},"b":[1,"x"]}');
  });

  it("leaves out members that are undefined", () => {
    expect(canonicalValue({ a: undefined, b: 1, c: undefined })).toMatchObject({ text: '{"b":1}', exact: true });
  });

  it.each([
    ["Infinity", JSON.parse("1e400"), "Infinity"],
    ["-Infinity", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["NaN", Number.NaN, "NaN"],
    ["a bigint", 9007199254740993n, "9007199254740993n"],
    ["undefined in an array", [undefined, null], "[undefined,null]"],
    ["a hole", new Array(1), "[undefined]"],
    ["a lone surrogate", "\ud800", '"\\ud800"'],
    ["a lone surrogate in a name", { "\udc00": 1 }, '{"\\udc00":1}'],
  ])("says %s in a way that no JSON does", (_, value, text) => {
    expect(canonicalValue(value)).toMatchObject({ text, exact: false });
  });

  it("goes as deep as a parser does", () => {
    expect(canonicalValue(nested(200))).toMatchObject({ exact: true });
    expect(canonicalValue(nested(201))).toMatchObject({ exact: false });
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(canonicalValue(JSON.parse(deep))).toMatchObject({ text: deep, exact: false });
  });

  it.each([
    ["a function", () => 1, "a function"],
    ["a symbol", Symbol("s"), "a symbol"],
    ["a date", new Date(0), "Date"],
    ["a map", new Map([["a", 1]]), "Map"],
    ["a buffer", Buffer.from("abc"), "Uint8Array"],
    ["a form", new FormData(), "FormData"],
    ["search parameters", new URLSearchParams("a=1"), "URLSearchParams"],
    ["a promise", Promise.resolve(1), "Promise"],
    ["a boxed string", Object("x"), "String"],
  ])("refuses %s and says where it stands", (_, value, named) => {
    expect(() => canonicalValue({ items: [0, value] })).toThrow(TypeError);
    expect(() => canonicalValue({ items: [0, value] })).toThrow(`value["items"][1] is`);
    expect(() => canonicalValue({ items: [0, value] })).toThrow(named);
  });

  it("refuses a cycle, and takes an object that stands in two places", () => {
    const loop: Record<string, unknown> = { a: 1 };
    loop["self"] = [loop];
    expect(() => canonicalValue(loop)).toThrow("a cycle");
    const shared = { x: 1 };
    expect(canonicalValue([shared, shared]).text).toBe('[{"x":1},{"x":1}]');
  });
});
