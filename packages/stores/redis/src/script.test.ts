import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { SCRIPT, SCRIPT_SHA1 } from "./script.js";

it("is known to servers by its SHA-1", () => {
  expect(createHash("sha1").update(SCRIPT).digest("hex")).toBe(SCRIPT_SHA1);
});

it("calls nothing that is newer than Redis 6.0", () => {
  const commands = new Set([...SCRIPT.matchAll(/(?:call|try)\('([A-Z]+)'/g)].map(([, name]) => name));
  expect([...commands].sort()).toEqual(["DEL", "GET", "GETRANGE", "MGET", "PTTL", "SET", "SETRANGE", "TIME"]);
  // SET … GET and PXAT came with 6.2, KEEPTTL with 6.0.
  expect(SCRIPT).not.toMatch(/'GET',\s*'|PXAT/);
});
