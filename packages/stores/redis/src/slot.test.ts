import { expect, it } from "vitest";
import { hashTagOf, slotOf } from "./slot.js";

it.each([
  ["123456789", 0x31c3], // the check value of CRC-16/XMODEM
  ["foo", 12_182],
  ["foo{bar}baz", 5_061],
  ["bar", 5_061],
  ["foo{}{bar}", 8_363], // an empty tag is none
  ["{user1000}.following", 3_443],
])("%s is in slot %d", (key, slot) => {
  expect(slotOf(key)).toBe(slot);
});

it("a tag is what stands between the first brace and the next that closes", () => {
  expect([hashTagOf("a{b}c{d}"), hashTagOf("a}b{c"), hashTagOf("a{}b"), hashTagOf("{{a}}")]).toEqual([
    "b",
    undefined,
    undefined,
    "{a",
  ]);
});
