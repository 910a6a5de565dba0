import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.js";
import { createRetryBudget } from "./budget.js";
import { sentBefore } from "./network-failure.js";
import { retryAfterMs } from "./retry-after.js";

const shape = { baseMs: 250, capMs: 8_000, jitter: "full" } as const;

describe("the wait between attempts", () => {
  it("doubles up to its cap and is spread over all of it", () => {
    expect(backoffMs(shape, 0, () => 1, undefined)).toBe(250);
    expect(backoffMs(shape, 3, () => 1, undefined)).toBe(2_000);
    expect(backoffMs(shape, 30, () => 1, undefined)).toBe(8_000);
    expect(backoffMs(shape, 3, () => 0, undefined)).toBe(0);
    expect(backoffMs({ ...shape, jitter: "equal" }, 0, () => 0, undefined)).toBe(125);
    expect(backoffMs({ ...shape, jitter: "none" }, 1, () => 0.3, undefined)).toBe(500);
  });

  it("is never shorter than the server asks, and at most a tenth longer for that", () => {
    expect(backoffMs(shape, 0, () => 0, 3_000)).toBe(3_000);
    expect(backoffMs(shape, 0, () => 1, 3_000)).toBe(3_300);
  });
});

describe("Retry-After", () => {
  const now = Date.parse("Sun, 22 Nov 2026 10:00:00 GMT");
  const read = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), now);

  it.each([
    [{ "retry-after": "3" }, 3_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "3", "retry-after-ms": "1500" }, 1_500],
    [{ "retry-after": "Sun, 22 Nov 2026 10:00:05 GMT" }, 5_000],
    // The server's clock is an hour ahead: its own Date says so.
    [{ "retry-after": "Sun, 22 Nov 2026 11:00:05 GMT", date: "Sun, 22 Nov 2026 11:00:00 GMT" }, 5_000],
    [{ "retry-after": "Sun, 22 Nov 2026 09:00:00 GMT" }, 0],
  ] as const)("%j", (headers, expected) => {
    expect(read(headers)).toBe(expected);
  });

  it.each(["soon", "-1", "1e3", ""])("that nobody understands is none: %j", (value) => {
    expect(read({ "retry-after": value })).toBeUndefined();
  });
});

describe("a retry budget", () => {
  it("lets a hundred retries through when nothing succeeds, for each origin", () => {
    const budget = createRetryBudget();
    const granted = (origin: string) =>
      Array.from({ length: 200 }, () => budget.withdraw(origin)).filter(Boolean).length;
    expect(granted("https://a.example")).toBe(100);
    expect(granted("https://b.example")).toBe(100);
  });

  it("earns a retry with five successes, and gets back what a success took", () => {
    const budget = createRetryBudget({ capacity: 5 });
    const origin = "https://a.example";
    expect(budget.withdraw(origin)).toBe(true);
    expect(budget.withdraw(origin)).toBe(false);
    for (let success = 0; success < 4; success += 1) budget.deposit(origin, 0);
    expect(budget.withdraw(origin)).toBe(false);
    budget.deposit(origin, 0);
    expect(budget.withdraw(origin)).toBe(true);
    budget.deposit(origin, 1);
    expect(budget.withdraw(origin)).toBe(true);
  });

  it.each([0, -1, Number.NaN])("refuses a capacity of %d", (capacity) => {
    expect(() => createRetryBudget({ capacity })).toThrow(/capacity: .* is not a number above 0/);
  });
});

describe("whether a failure proves that nothing was sent", () => {
  const failure = (code: string, syscall?: string) =>
    new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code, ...(syscall && { syscall }) }) });

  it.each([
    [failure("ECONNREFUSED"), "no"],
    [failure("ENOTFOUND"), "no"],
    [failure("UND_ERR_CONNECT_TIMEOUT"), "no"],
    [failure("EHOSTUNREACH", "connect"), "no"],
    // An established connection can end so as well.
    [failure("EHOSTUNREACH", "read"), "maybe"],
    [failure("ETIMEDOUT", "read"), "maybe"],
    [failure("ECONNRESET"), "maybe"],
    [failure("EPIPE"), "maybe"],
    [new TypeError("Failed to fetch"), "maybe"],
    [new DOMException("late", "TimeoutError"), "maybe"],
    ["text", "maybe"],
    [
      new TypeError("fetch failed", {
        cause: new AggregateError([failure("ECONNREFUSED"), failure("ENETUNREACH", "connect")]),
      }),
      "no",
    ],
    [
      new TypeError("fetch failed", { cause: new AggregateError([failure("ECONNREFUSED"), failure("ECONNRESET")]) }),
      "maybe",
    ],
  ])("%s: %s", (error, expected) => {
    expect(sentBefore(error)).toBe(expected);
  });
});
