import { readFileSync } from "node:fs";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { canonicalize as jsonCanonicalize } from "json-canonicalize";
import { describe, expect, it, vi } from "vitest";
import { canonicalJson } from "./canonical-json.js";
import { canonicalJson as byValue } from "./json-by-value.js";

// Thousands of bodies on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The canonical form, about which Node's way and the one that is taken elsewhere agree. */
function canonical(text: string | Uint8Array): string | undefined {
  const given = typeof text === "string" ? encoder.encode(text) : text;
  const [onNode, elsewhere] = [canonicalJson, byValue].map((canonicalise) => {
    const bytes = canonicalise(given);
    return bytes === undefined ? undefined : decoder.decode(bytes);
  });
  expect(elsewhere).toBe(onNode);
  return onNode;
}

function vector(name: string): string {
  return readFileSync(new URL(`../../../../spec/vectors/jcs/${name}.json`, import.meta.url), "utf8");
}

describe("RFC 8785 vectors", () => {
  it.each(["arrays", "french", "structures", "unicode", "weird"])("%s", (name) => {
    expect(canonical(vector(`${name}.input`))).toBe(vector(`${name}.output`));
  });

  it("values: has a number that no double holds, and is canonical without it", () => {
    expect(canonical(vector("values.input"))).toBeUndefined();
    const exact = vector("values.input").replace("333333333.33333329", "333333333.3333333");
    expect(canonical(exact)).toBe(vector("values.output"));
  });

  it.each(["arrays", "french", "structures", "unicode", "values", "weird"])("%s: its output stays as it is", (name) => {
    expect(canonical(vector(`${name}.output`))).toBe(vector(`${name}.output`));
  });
});

// Numbers of every size, all of which JSON.stringify writes so that they are read back exactly.
const jsonText = fc.jsonValue({ maxDepth: 6, stringUnit: "binary" });

/** The same value in another spelling: members in another order, white space, escapes, numbers with an exponent. */
function respell(value: unknown, random: () => number): string {
  const space = () => ["", " ", "\n\t", "  \r\n"][Math.floor(random() * 4)] ?? "";
  const around = (text: string) => space() + text + space();
  if (typeof value === "string") return around(respellString(value, random));
  if (typeof value === "number") return around(random() < 0.5 ? value.toExponential() : JSON.stringify(value));
  if (Array.isArray(value)) return around(`[${value.map((item) => respell(item, random)).join(",") || space()}]`);
  if (value === null || typeof value !== "object") return around(String(value));
  const members = Object.entries(value).map(
    ([key, item]) => `${around(respellString(key, random))}:${respell(item, random)}`,
  );
  return around(`{${shuffle(members, random).join(",") || space()}}`);
}

function respellString(text: string, random: () => number): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  if (random() < 0.3)
    return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, "0").toUpperCase()}`).join("")}"`;
  return JSON.stringify(text).replaceAll("/", () => (random() < 0.5 ? "\\/" : "/"));
}

function shuffle<T>(items: T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("compared with canonicalize and json-canonicalize", () => {
  it("writes what they write, for what JSON.stringify writes", () => {
    fc.assert(
      fc.property(jsonText, (value) => {
        const text = JSON.stringify(value);
        expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
        expect(canonical(text)).toBe(jsonCanonicalize(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it("writes the same for every spelling of a value", () => {
    fc.assert(
      fc.property(jsonText, fc.nat(), (value, seed) => {
        const spelling = respell(JSON.parse(JSON.stringify(value)), generator(seed));
        expect(canonical(spelling)).toBe(canonicalize(JSON.parse(spelling)));
      }),
      { numRuns: 500 },
    );
  });

  it("agrees with JSON.parse about what is JSON, and is right where it says no more", () => {
    const pieces = ['"', "\\", "u00e9", "\\ud83d\\ude00", "{", "}", "[", "]", ":", ",", "1", "-", ".5", "e3", "0", "true",
      "null", " ", "\n", "\u0000", "a", "é", "😀", '"a":', '"b":1']; // biome-ignore format: a list of fragments
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (fragments) => {
        const text = fragments.join("");
        const mine = canonical(text);
        const value = parsed(text);
        // JSON.parse is silent about duplicate names, lone surrogates and lost digits: it may accept more.
        if (mine !== undefined) expect(mine).toBe(canonicalize(value));
        if (value === INVALID) expect(mine).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws, and takes no bytes that are not UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
        const quoted = Uint8Array.of(0x22, ...noise, 0x22);
        for (const bytes of [noise, quoted]) {
          const mine = canonical(bytes);
          if (mine !== undefined) expect(mine).toBe(canonicalize(JSON.parse(decoder.decode(bytes))));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

const INVALID = Symbol("not JSON");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return INVALID;
  }
}

describe("UTF-8", () => {
  it("takes and keeps every Unicode scalar value", () => {
    for (let block = 0x80; block < 0x110000; block += 0x80) {
      if (block >= 0xd800 && block < 0xe000) continue;
      const text = `"${String.fromCodePoint(...Array.from({ length: 0x80 }, (_, index) => block + index))}"`;
      expect(canonical(text)).toBe(text);
    }
  });

  it.each([
    ["a stray continuation byte", [0x80]],
    ["a missing continuation byte", [0xc3]],
    ["a missing third byte", [0xe2, 0x82]],
    ["an overlong solidus in two bytes", [0xc0, 0xaf]],
    ["an overlong form in three bytes", [0xe0, 0x9f, 0xbf]],
    ["an overlong form in four bytes", [0xf0, 0x8f, 0xbf, 0xbf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a byte that UTF-8 does not have", [0xff]],
  ])("refuses %s", (_, bytes) => {
    expect(canonical(Uint8Array.of(0x22, ...bytes, 0x22))).toBeUndefined();
  });
});

describe("what the canonical form would lose", () => {
  it.each([
    ["duplicate names", '{"a":1,"a":1}'],
    ["duplicate names apart", '{"a":1,"b":2,"a":3}'],
    ["duplicate names, one of them escaped", '{"a":1,"\\u0061":2}'],
    ["duplicate names outside ASCII", '{"é":1,"\\u00e9":2}'],
    ["duplicate empty names", '{"":1,"":2}'],
    ["duplicate names in a nested object", '[{"x":{"b":1,"a":2,"b":3}}]'],
    ["duplicate __proto__", '{"__proto__":1,"__proto__":2}'],
    ["a lone high surrogate", '"\\ud800"'],
    ["a lone high surrogate before text", '"\\ud800abcdef"'],
    ["two high surrogates", '"\\ud800\\ud800"'],
    ["a lone low surrogate", '"\\udc00"'],
    ["a pair in the wrong order", '"\\udc00\\ud800"'],
    ["a lone surrogate in a name", '{"\\ud800":1}'],
    ["an integer beyond 2^53", "9007199254740993"],
    ["digits beyond a double", "0.1000000000000000055511151231257827"],
    ["a number too large", "1e400"],
    ["a number too small", "1e-400"],
    ["a huge exponent", "1e999999999"],
    ["a huge negative exponent", "-1e-999999999"],
    ["an exponent of a thousand digits", `1e${"9".repeat(1000)}`],
    ["a byte order mark", "\ufeff{}"],
    ["depth 201", `${"[".repeat(201)}${"]".repeat(201)}`],
    ["depth 201 in objects", `${'{"a":'.repeat(201)}1${"}".repeat(201)}`],
  ])("%s has no canonical form", (_, text) => {
    expect(canonical(text)).toBeUndefined();
  });

  it.each([
    ["", "no text"],
    [" ", "white space alone"],
    ["{}x", "text after"],
    ["[1,]", "a comma too many"],
    ["[,1]", "a comma too early"],
    ['{"a":1,}', "a comma before the brace"],
    ["{a:1}", "a bare name"],
    ['{"a" 1}', "no colon"],
    ["[1 2]", "no comma"],
    ["01", "a leading zero"],
    ["-", "a sign alone"],
    ["+1", "a plus"],
    ["1.", "no digit after the point"],
    [".5", "no digit before the point"],
    ["1e", "no exponent"],
    ["1e+", "no exponent"],
    ["0x10", "hexadecimal"],
    ["NaN", "not a number"],
    ["tru", "half a word"],
    ["truex", "a word too long"],
    ['"a', "no closing quote"],
    ['"\\', "half an escape"],
    ['"\\x"', "an unknown escape"],
    ['"\\u12g4"', "a bad escape"],
    ['"\n"', "a raw line break"],
    ['"\u0000"', "a raw NUL"],
    ["[", "an open bracket"],
    ['{"a":', "an open object"],
    ["\u0000", "a NUL"],
    ["{}\u0000", "a NUL after"],
    ["'a'", "single quotes"],
    ["\u00a01", "a no-break space"],
  ])("%j is not JSON: %s", (text) => {
    // biome-ignore format: a list
    expect(canonical(text)).toBeUndefined();
  });
});

describe("numbers", () => {
  it.each([
    ["-0", "0"],
    ["0.0", "0"],
    ["-0.0", "0"],
    ["0e5", "0"],
    ["0e999999999", "0"],
    ["1.0", "1"],
    ["1e3", "1000"],
    ["1000.000", "1000"],
    ["10", "10"],
    ["100.50", "100.5"],
    ["-12.50", "-12.5"],
    ["1E+2", "100"],
    ["0.000001", "0.000001"],
    ["0.0000001", "1e-7"],
    ["0.1e-7", "1e-8"],
    ["0.00000120", "0.0000012"],
    ["-0.0000001", "-1e-7"],
    ["1e20", "100000000000000000000"],
    ["1e21", "1e+21"],
    ["123456789012345", "123456789012345"],
    ["1234567890123456", "1234567890123456"],
    ["9007199254740992", "9007199254740992"],
    ["5e-324", "5e-324"],
    ["1.7976931348623157e308", "1.7976931348623157e+308"],
    ["0.1", "0.1"],
    ["13.404954", "13.404954"],
    ["52.520008000000", "52.520008"],
    [`1${"0".repeat(20)}`, "100000000000000000000"],
    [`0.${"0".repeat(2000)}1e2001`, "1"],
    ["-1.5", "-1.5"],
    ["0.5", "0.5"],
    ["-0.5", "-0.5"],
    ["10.0e-1", "1"],
  ])("%s becomes %s", (text, expected) => {
    // biome-ignore format: a table
    expect(canonical(text)).toBe(expected);
    expect(canonical(`[${text}, ${text}]`)).toBe(`[${expected},${expected}]`);
  });

  it("writes any decimal of up to 15 digits as ECMAScript does", () => {
    const digits = fc.integer({ min: 0, max: 999_999_999_999_999 });
    fc.assert(
      fc.property(digits, fc.nat(18), fc.boolean(), fc.nat(4), (integer, point, negative, zeros) => {
        const padded = String(integer).padStart(point + 1, "0");
        const whole = padded.slice(0, padded.length - point);
        const fraction = point === 0 ? "" : `.${padded.slice(padded.length - point)}`;
        const text = `${negative ? "-" : ""}${whole}${fraction}${fraction === "" ? "" : "0".repeat(zeros)}`;
        expect(canonical(text)).toBe(String(Number(text)));
      }),
      { numRuns: 1000 },
    );
  });

  it("takes every double as ECMAScript writes it, and none with its last digit changed", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        const text = JSON.stringify(double);
        expect(canonical(text)).toBe(String(JSON.parse(text)));
        fc.pre(double !== 0);
        const [mantissa = "", exponent] = text.split("e");
        const longer = `${mantissa}${mantissa.includes(".") ? "" : "."}00000000000000000001`;
        expect(canonical(exponent === undefined ? longer : `${longer}e${exponent}`)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});

describe("names", () => {
  it("are in the order of UTF-16 code units, not of bytes", () => {
    expect(canonical('{"\\ufb33":1,"\\ud83d\\ude02":2,"z":3}')).toBe('{"z":3,"\ud83d\ude02":2,"\ufb33":1}');
  });

  it("are in the order of what they say, not of how it is escaped", () => {
    expect(canonical('{"A":1,"\\n":2,"\\u001f":3,"\\\\":4,"\\"":5," ":6}')).toBe(
      '{"\\n":2,"\\u001f":3," ":6,"\\"":5,"A":1,"\\\\":4}',
    );
  });

  it("come before the names that they begin", () => {
    expect(canonical('{"a!":1,"a":2,"a b":3,"":4}')).toBe('{"":4,"a":2,"a b":3,"a!":1}');
  });

  it("may be __proto__, constructor and toJSON", () => {
    expect(canonical('{"toJSON":1,"constructor":2,"__proto__":{"b":1,"a":2}}')).toBe(
      '{"__proto__":{"a":2,"b":1},"constructor":2,"toJSON":1}',
    );
  });

  it("are sorted by the thousand", () => {
    const names = Array.from({ length: 5000 }, (_, index) => `k${(index * 7919) % 5000}`);
    const text = `{${names.map((name) => `"${name}":0`).join(",")}}`;
    expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
    expect(canonical(text.replace('"k17":', '"k18":'))).toBeUndefined();
  });
});

describe("large and deep bodies", () => {
  it("takes depth 200", () => {
    const arrays = `${"[".repeat(200)}${"]".repeat(200)}`;
    expect(canonical(arrays)).toBe(arrays);
    const objects = `${'{"b":0,"a":'.repeat(200)}1${"}".repeat(200)}`;
    expect(canonical(objects)).toBe(canonicalize(JSON.parse(objects)));
  });

  it("refuses a million brackets without overflowing the stack", () => {
    expect(canonical("[".repeat(1_000_000))).toBeUndefined();
    expect(canonical('{"":'.repeat(1_000_000))).toBeUndefined();
  });

  it("takes 10 MB, out of order and with numbers that grow", () => {
    const items = Array.from({ length: 100_000 }, (_, index) => `{"z":1e20,"y":"${"x".repeat(80)}","a":[${index}]}`);
    const text = `[${items.join(", ")}]`;
    expect(text.length).toBeGreaterThan(10_000_000);
    expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
  });

  it("makes room for numbers that come out five times as long", () => {
    const text = `[${"1e20,".repeat(5000)}1e20]`;
    expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
  });

  it("takes a megabyte of digits in proportion to its length", () => {
    expect(canonical(`[${"9".repeat(1_000_000)}]`)).toBeUndefined();
    expect(canonical(`[0.${"0".repeat(1_000_000)}]`)).toBe("[0]");
    expect(canonical(`[${"0".repeat(1_000_000)}]`)).toBeUndefined();
  });
});

describe("the memory it keeps", () => {
  it("does not leak from one body into the next, whatever their lengths", () => {
    const texts = fc.array(fc.tuple(jsonText, fc.nat(6000)), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(texts, (bodies) => {
        for (const [value, padding] of bodies) {
          const text = JSON.stringify([value, "p".repeat(padding)]);
          expect(canonical(text.slice(0, -1))).toBeUndefined();
          expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([4090, 4096, 4590, 4592, 4600, 4608, 8190, 65_536])("has room around %i bytes", (length) => {
    for (let size = length; size < length + 40; size++) {
      const text = `{"b":"${"x".repeat(size - 15)}","a":1}`;
      expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
    }
  });
});

it("takes what is long and deep, whatever it is made of", () => {
  const long = [`"${"\\n".repeat(1_000_000)}"`, `["${"a1:".repeat(500_000)}"]`, `[${"12.5,".repeat(200_000)}1]`];
  for (const text of long) expect(canonical(text)).toBe(text);
  expect(canonical("[".repeat(1_000_000) + "]".repeat(1_000_000))).toBeUndefined();
});
