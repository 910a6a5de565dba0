import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { between, equal, rejected, same, show } from "./expect.js";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("same", () => {
  it.each([
    [1, 1],
    [Number.NaN, Number.NaN],
    [bytes(1, 2, 3, 4, 5), Buffer.from([1, 2, 3, 4, 5])],
    [bytes(9, 1, 2, 3, 4, 5).subarray(1), bytes(1, 2, 3, 4, 5)],
    [bytes(1, 2), runInNewContext("Uint8Array.of(1, 2)")],
    [{ a: 1, b: undefined }, { a: 1 }],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
    [runInNewContext("({ a: 1 })"), { a: 1 }],
    [
      {
        get a() {
          return 1;
        },
      },
      { a: 1 },
    ],
  ])("%o is %o", (left, right) => {
    expect(same(left, right)).toBe(true);
    expect(same(right, left)).toBe(true);
  });

  it.each([
    [1, "1"],
    [bytes(1, 2, 3, 4, 5), bytes(1, 2, 3, 4, 6)],
    [bytes(1, 2, 3, 4, 5), bytes(0, 2, 3, 4, 5)],
    [bytes(1, 2), bytes(1, 2, 0)],
    [bytes(1, 2), [1, 2]],
    [bytes(), {}],
    [[], {}],
    [{ a: 1 }, { a: 1, b: null }],
    [{ ["__proto__"]: 1 }, {}],
    [undefined, null],
    [undefined, {}],
  ])("%o is not %o", (left, right) => {
    expect(same(left, right)).toBe(false);
    expect(same(right, left)).toBe(false);
  });
});

describe("messages", () => {
  it("show what was expected and what was found", () => {
    const compare = () => equal({ version: "b", result: bytes(255) }, { version: "a" }, "the record");
    expect(compare).toThrow(
      'the record\nexpected: { version: "a" }\nactual:   { version: "b", result: <1 bytes: ff> }',
    );
    expect(() => between(5, 1, 3, "the age")).toThrow("the age\nexpected: 1 to 3\nactual:   5");
    expect(() => between(Number.NaN, 1, 3, "the age")).toThrow("NaN");
  });

  it("are cut where the data is long", () => {
    expect(show(bytes(...Array(30).fill(1)))).toBe(`<30 bytes: ${"01 ".repeat(24)}…>`);
    expect(show("x".repeat(300)).length).toBeLessThan(210);
    expect(show([new Error("no"), {}, null])).toBe("[Error: no, {}, null]");
  });
});

describe("rejected", () => {
  it("answers the error, and fails where there is none", async () => {
    const error = new Error("no");
    expect(await rejected(Promise.reject(error), "the call")).toBe(error);
    await expect(rejected(Promise.resolve(7), "the call")).rejects.toThrow(
      "the call\nexpected: an error\nactual:   the answer 7",
    );
  });
});
