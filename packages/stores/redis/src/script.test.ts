import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { SCRIPT, SCRIPT_SHA1 } from "./script.js";

it("is known to servers by its SHA-1", () => {
  expect(createHash("sha1").update(SCRIPT).digest("hex")).toBe(SCRIPT_SHA1);
});

it("calls nothing that is newer than Redis 6.0", () => {
  const commands = new Set([...SCRIPT.matchAll(/call\('([A-Z]+)'/g)].map(([, name]) => name));
  expect([...commands].sort()).toEqual(["DEL", "GET", "GETRANGE", "PTTL", "SET", "SETRANGE"]);
  // SET … NX GET together came with 7.0, GETDEL and GETEX with 6.2, KEEPTTL with 6.0.
  expect(SCRIPT).not.toMatch(/'NX'|'GET',\s*'|PXAT|GETEX|GETDEL/);
});
