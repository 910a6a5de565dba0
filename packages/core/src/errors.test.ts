import { describe, expect, it } from "vitest";
import { isNotExecutedError, isOncekeyError, NotExecutedError, OncekeyError } from "./index.js";

describe("errors", () => {
  it("are recognised across copies of the package, by brand and code", async () => {
    const copy = (await import(`${new URL("./errors.ts", import.meta.url).href}?copy`)) as typeof import("./errors.js");
    const error = new copy.OncekeyError("KEY_REUSED", "reused");
    expect(error instanceof OncekeyError).toBe(false);
    expect(isOncekeyError(error)).toBe(true);
    expect(isOncekeyError(error, "KEY_REUSED")).toBe(true);
    expect(isOncekeyError(error, "IN_PROGRESS")).toBe(false);
    expect(isNotExecutedError(new copy.NotExecutedError())).toBe(true);
  });

  it("are not mistaken for others", () => {
    for (const other of [
      undefined,
      null,
      "KEY_REUSED",
      { code: "KEY_REUSED" },
      new Error("x"),
      new NotExecutedError(),
    ]) {
      expect(isOncekeyError(other)).toBe(false);
    }
    expect(isNotExecutedError(new OncekeyError("CLOSED", "x"))).toBe(false);
  });

  it("carry their cause", () => {
    const cause = new Error("connection reset");
    expect(new OncekeyError("STORE_UNAVAILABLE", "x", { cause }).cause).toBe(cause);
    expect("cause" in new OncekeyError("CLOSED", "x")).toBe(false);
  });
});
