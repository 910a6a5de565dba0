import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parseItem } from "structured-headers";
import { describe, expect, it } from "vitest";
import { parseIdempotencyKey } from "./key-header.js";

interface Verdict {
  readonly key?: string;
  readonly err?: string;
}
interface Vector {
  readonly id: string;
  readonly input: string | readonly string[] | null;
  readonly lenient: Verdict;
  readonly strict: Verdict;
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL("../../../spec/vectors/header.json", import.meta.url), "utf8"),
);

function verdict(input: Vector["input"] | undefined, syntax: "lenient" | "strict"): Verdict {
  const parsed = parseIdempotencyKey(input, { syntax });
  return parsed.error === undefined ? { key: parsed.key } : { err: parsed.error.code };
}

describe("parseIdempotencyKey: vectors", () => {
  it("has vectors to run", () => expect(vectors.length).toBeGreaterThanOrEqual(36));
  for (const { id, input, lenient, strict } of vectors) {
    it(`${id} lenient`, () => expect(verdict(input, "lenient")).toEqual(lenient));
    it(`${id} strict`, () => expect(verdict(input, "strict")).toEqual(strict));
  }
});

describe("parseIdempotencyKey: what the vectors leave to the rules", () => {
  const cases: readonly [Vector["input"] | undefined, Verdict][] = [
    [undefined, { err: "missing" }],
    [[], { err: "missing" }],
    [[""], { err: "empty" }],
    [" \t ", { err: "empty" }],
    [["", "a"], { err: "multiple" }],
    ["a,b", { err: "multiple" }],
    ['"a";v=1 ,"b"', { err: "multiple" }],
    ['"foo, bar"', { err: "forbidden-char" }],
    ['"a";V=1', { err: "malformed" }],
    ['"a";', { err: "malformed" }],
    ['"a";v=', { err: "malformed" }],
    ['"a";v=1.', { err: "malformed" }],
    ["(abc)", { err: "malformed" }],
    ["@123", { err: "malformed" }],
    ["abc;v=1", { err: "malformed" }],
    ["abc\\d", { err: "malformed" }],
    ["a\u0000b", { err: "malformed" }],
    ["\u00a0abc", { err: "malformed" }],
    ["x".repeat(255), { key: "x".repeat(255) }],
    ["x".repeat(256), { err: "too-long" }],
    // The limit counts the key, not its escapes.
    [`"${'\\"'.repeat(255)}"`, { key: '"'.repeat(255) }],
    [`"${'\\"'.repeat(256)}"`, { err: "too-long" }],
  ];
  for (const [input, expected] of cases) {
    it(JSON.stringify(input)?.slice(0, 40) ?? "undefined", () => expect(verdict(input, "lenient")).toEqual(expected));
  }

  it("takes no time for blanks in the middle, however many there are", () => {
    // Whoever takes the square of their number for them is not done before the test's limit.
    expect(verdict(`a${" ".repeat(2_000_000)}b`, "lenient")).toEqual(verdict("a b", "lenient"));
  });

  it("honours a limit of its own", () => {
    expect(parseIdempotencyKey("x".repeat(37), { maxLength: 36 }).error?.code).toBe("too-long");
    expect(parseIdempotencyKey("x".repeat(36), { maxLength: 36 }).key).toBe("x".repeat(36));
  });

  it("never repeats the key in a message", () => {
    for (const input of ["secret key", '"secret', '"secret key"', "secret,secret", "secret".repeat(60)]) {
      expect(parseIdempotencyKey(input).error?.message).not.toContain("secret");
    }
  });

  it("takes back a programmer's mistake", () => {
    // @ts-expect-error: no such syntax
    expect(() => parseIdempotencyKey("a", { syntax: "loose" })).toThrow('syntax: "loose"');
    expect(() => parseIdempotencyKey("a", { maxLength: 0 })).toThrow("maxLength: 0");
  });
});

describe("parseIdempotencyKey against structured-headers", () => {
  /** What the oracle says: the String of an Item, or nothing. */
  function oracle(value: string): string | undefined {
    try {
      const [item] = parseItem(value.replace(/^[ \t]+|[ \t]+$/g, ""));
      return typeof item === "string" ? item : undefined;
    } catch {
      return undefined;
    }
  }
  const alphabet = [...'abzAZ019""\\\\;;=,.:?@%*-_+/ \t()~\'!', "\u00e9", "\u0001"];
  const noise = fc.array(fc.constantFrom(...alphabet), { maxLength: 24 }).map((characters) => characters.join(""));
  const string = noise.map((text) => `"${text.replace(/[^\x20-\x7e]/g, "").replace(/["\\]/g, "\\$&")}"`);
  const parameter = fc
    .tuple(
      fc.constantFrom(";", "; ", ";  ", " ;", ";;"),
      fc.constantFrom("a", "*", "A", "v1", "a.b-c_d", ""),
      fc.constantFrom(
        "",
        "=",
        "=1",
        "=-1.5",
        "=1.2345",
        "=?1",
        "=?2",
        "=tok:en/x",
        "=:YWJj:",
        "=:YW:",
        "=@12",
        '="x;y"',
        '=%"a%c3%a4"',
      ),
    )
    .map((parts) => parts.join(""));
  const item = fc
    .tuple(string, fc.array(parameter, { maxLength: 3 }))
    .map(([text, parameters]) => text + parameters.join(""));
  const anything = fc.oneof(
    item,
    noise.map((text) => `"${text}`),
    noise,
    fc.tuple(item, noise).map((two) => two.join("")),
  );

  it("agrees on which values are strings, and on which string", () => {
    fc.assert(
      fc.property(anything, (value) => {
        // structured-headers 2.1.0 reads a Date to the end of the input, and so rejects a parameter after one.
        fc.pre(!/=@-?\d+;/.test(value));
        const parsed = parseIdempotencyKey(value, { syntax: "strict", maxLength: 1_024 });
        const expected = oracle(value);
        if (expected === undefined) expect(parsed.error?.code).toMatch(/^(empty|malformed|multiple|not-a-string)$/);
        else if (expected === "") expect(parsed.error?.code).toBe("empty");
        else if (/[ ,]/.test(expected)) expect(parsed.error?.code).toBe("forbidden-char");
        else expect(parsed).toEqual({ key: expected });
      }),
      { numRuns: 20_000, seed: 42 },
    );
  });

  it("reads a bare key and the same key in quotes alike", () => {
    const bare = fc
      .array(fc.constantFrom(..."abcXYZ019-_.:/+=~!#$&'*<>[]^`{|}"), { minLength: 1, maxLength: 255 })
      .map((characters) => characters.join(""))
      .filter((text) => !text.startsWith(":"));
    fc.assert(
      fc.property(bare, (text) => {
        expect(parseIdempotencyKey(text)).toEqual({ key: text });
        expect(parseIdempotencyKey(`"${text}"`)).toEqual({ key: text });
      }),
      { seed: 42 },
    );
  });
});
