import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { canonicalJson, readInFull } from "./canonical-json.js";

// Thousands of bodies on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const decoder = new TextDecoder();

function canonical(text: string, canonicalise = canonicalJson): string | undefined {
  const bytes = canonicalise(Buffer.from(text));
  return bytes === undefined ? undefined : decoder.decode(bytes);
}

/** Sends a text so often that its layout is one that is expected. */
function settle(text: string): void {
  const bytes = Buffer.from(text);
  for (let count = 0; count < 520; count++) canonicalJson(bytes);
}

const LAYOUTS = [
  '{"b":1,"a":{"d":"x","c":[true,null]},"":2}',
  '{ "b": 1, "a": { "d": "x", "c": [true, null] }, "": 2 }',
  '{"a":1,"b":{"c":"x","d":[]},"e":2}',
  '{"\\u00e9":1,"z\\n":{"k\\"":"v"},"a":[{},{"b":1,"a":2}]}',
  '[[1,2,3],"x",{"z":1,"y":2}]',
  '["a","b"]',
  "{}",
  "[{}]",
  '"x"',
  "7",
  "\n[ 1 ]\n",
];

const SCALARS = ["0", "-0", "1", "-1", "12.5", "1.50", "1e3", "0.5", "-0.25", "123456789012345", "1234567890123456", "9007199254740993",
  "1e400", "true", "false", "null", '""', '"x"', '"a longer text, of more than a word"', '"é"', '"\\n"', '"\\u0041"', '"\\ud800"', '"\\\\"',
  "[]", "{}", '{"a":1}', "[1,2]", '"a":1', "1,2", "1 ", " 1", "-", "01", "1.", "tru", "truefalse", '"', '"x', "", "}", '"\\"']; // biome-ignore format: a list

/** Where the scalar values of a layout stand. */
function scalarsOf(text: string): RegExpMatchArray[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d+|true|false|null/g)];
}

/** What each text comes out as while texts like `layout` are expected. */
function canonicalAmid(layout: string, texts: readonly string[]): (string | undefined)[] {
  return texts.map((text, index) => {
    // Often enough that no run of other texts changes what is expected.
    if (index % 20 === 0) settle(layout);
    return canonical(text);
  });
}

function canonicalAlone(texts: readonly string[]): (string | undefined)[] {
  return texts.map((text) => canonical(text, readInFull));
}

describe.each(LAYOUTS)("amid texts like %s", (layout) => {
  it("each value in each place comes out as it does alone", () => {
    const texts = scalarsOf(layout).flatMap(({ index = 0, 0: old }) =>
      SCALARS.map((scalar) => layout.slice(0, index) + scalar + layout.slice(index + old.length)),
    );
    expect(canonicalAmid(layout, texts)).toEqual(canonicalAlone(texts));
  });

  it("texts that are shorter, longer or a byte different come out as they do alone", () => {
    const texts = [...layout, ""].flatMap((_, at) => {
      const [before, after] = [layout.slice(0, at), layout.slice(at)];
      return [before, `${before} ${after}`, `${before}x${after.slice(1)}`];
    });
    expect(canonicalAmid(layout, texts)).toEqual(canonicalAlone(texts));
  });
});

describe("texts of more layouts than are remembered", () => {
  it("come out as they do alone, in any order", () => {
    const layouts = Array.from({ length: 12 }, (_, index) => `{"b${index}":1,"a":{"y":"x","x":[${index}]}}`);
    const turns = fc.array(fc.nat({ max: layouts.length - 1 }), { minLength: 50, maxLength: 200 });
    fc.assert(
      fc.property(turns, (order) => {
        for (const turn of order) {
          const text = layouts[turn] ?? "";
          if (turn % 4 === 0) settle(text);
          expect(canonical(text)).toBe(canonical(text, readInFull));
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe("texts of one layout", () => {
  it("come out as canonicalize writes them", () => {
    const scalar = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const shape = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(shape, fc.array(scalar, { minLength: 30, maxLength: 30 }), (value, scalars) => {
        settle(JSON.stringify(value));
        for (let turn = 0; turn < 5; turn++) {
          let next = turn;
          const text = JSON.stringify(
            refill(JSON.parse(JSON.stringify(value)), () => scalars[next++ % scalars.length]),
          );
          expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** The same arrays and objects with other scalars in them. */
function refill(value: unknown, scalar: () => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => refill(item, scalar));
  if (typeof value !== "object" || value === null) return scalar();
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, refill(item, scalar)]));
}
