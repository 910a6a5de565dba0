import { expect, it } from "vitest";
import { Expiries } from "./expiries.js";

it("tells an expiry once, for the version of that id", () => {
  const expiries = new Expiries();
  expiries.note("id", "v1", 10);
  expiries.note("other", "v1", 20);
  expect(expiries.take("id", "v2")).toBeUndefined();
  expect([expiries.take("id", "v1"), expiries.take("other", "v1")]).toEqual([10, 20]);
  expect(expiries.take("id", "v1")).toBeUndefined();
});

it("keeps no more than some", () => {
  const expiries = new Expiries();
  for (let n = 0; n < 1_100; n++) expiries.note("id", `v${n}`, n);
  expect(expiries.take("id", "v0")).toBeUndefined();
  expect(Array.from({ length: 1_024 }, (_, n) => expiries.take("id", `v${n + 76}`))).not.toContain(undefined);
});
