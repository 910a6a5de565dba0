import { describe, expect, it } from "vitest";
import { cas, type Example, examples, queue, register, semaphore } from "../../test/history/examples.js";
import { checkHistory } from "./check-history.js";
import { formatVerdict } from "./format-verdict.js";
import type { Interval, Model } from "./model.js";

describe("the verdict on classic histories", () => {
  it.each(examples.register)("register: $name is $expected", (example) => judged(register, example));
  it.each(examples.cas)("compare-and-set: $name is $expected", (example) => judged(cas, example));
  it.each(examples.queue)("queue: $name is $expected", (example) => judged(queue, example));
  it.each(examples.semaphore)("a model with a choice: $name is $expected", (example) => judged(semaphore, example));

  function judged<State, Operation extends Interval>(
    model: Model<State, Operation>,
    { history, expected }: Example<Operation>,
  ): void {
    expect(checkHistory(model, history).verdict).toBe(expected);
    // The order in which a history is written down says nothing.
    expect(checkHistory(model, history.toReversed()).verdict).toBe(expected);
  }
});

describe("a verdict", () => {
  const write = (value: number, startMs: number, endMs: number) => ({
    by: "w",
    does: "write" as const,
    value,
    startMs,
    endMs,
  });
  const read = (value: number, startMs: number, endMs: number) => ({
    by: "r",
    does: "read" as const,
    value,
    startMs,
    endMs,
  });

  const { reads: _, ...withoutHints } = register;

  it("agrees with trying every order, on thousands of small histories", () => {
    const random = randomFrom(7);
    const found = { ok: 0, illegal: 0, unknown: 0 };
    for (let round = 0; round < 2_000; round++) {
      const history = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
        const startMs = Math.floor(random() * 8);
        const endMs = random() < 0.15 ? Number.POSITIVE_INFINITY : startMs + Math.floor(random() * 5);
        const does = random() < 0.5 || endMs === Number.POSITIVE_INFINITY ? ("write" as const) : ("read" as const);
        return { by: "", does, value: Math.floor(random() * 3), startMs, endMs };
      });
      const { verdict } = checkHistory(register, history);
      expect(verdict).toBe(hasOrder(register, history) ? "ok" : "illegal");
      expect(checkHistory(withoutHints, history).verdict).toBe(verdict);
      found[verdict] += 1;
    }
    expect(found.ok).toBeGreaterThan(250);
    expect(found.illegal).toBeGreaterThan(250);
  });

  it("judges keys apart, and names the one that is wrong", () => {
    const history = [
      { ...write(1, 0, 1), key: "a" },
      { ...read(1, 2, 3), key: "a" },
      { ...write(2, 0, 1), key: "b" },
      { ...read(0, 2, 3), key: "b" },
    ];
    const keyed: Model<number, (typeof history)[number]> = register;
    const keyOf = ({ key }: (typeof history)[number]) => key;
    expect(checkHistory(keyed, history, { keyOf })).toMatchObject({ verdict: "illegal", key: "b" });
    expect(checkHistory(keyed, history.slice(0, 2), { keyOf })).toEqual({ verdict: "ok", keys: 1, operations: 2 });
    expect(checkHistory(register, history).verdict).toBe("illegal");
  });

  it("shows how far an order goes, what stands there, and what cannot come next", () => {
    const history = [write(1, 0, 10), read(1, 11, 12), write(2, 13, 14), read(1, 15, 16)];
    const verdict = checkHistory(register, history);
    expect(formatVerdict(register, verdict)).toBe(
      [
        "illegal: no order explains the 4 operations of the history; the best one explains 3:",
        "       0.000     10.000  w  write 1",
        "      11.000     12.000  r  read 1",
        "      13.000     14.000  w  write 2",
        "then this stands: 2",
        "and none of these can have come next:",
        "      15.000     16.000  r  read 1",
      ].join("\n"),
    );
  });

  it("is unknown where the budget does not suffice, and says over what", () => {
    const history = Array.from({ length: 12 }, (_, value) => write(value, 0, 100));
    const hopeless = [...history, read(99, 0, 100)];
    const verdict = checkHistory(register, hopeless, { budget: 100 });
    expect(verdict).toMatchObject({ verdict: "unknown" });
    expect(formatVerdict(register, verdict)).toMatch(/^unknown: the budget ran out over 13 operations/);
    expect(checkHistory(register, hopeless).verdict).toBe("illegal");
  });

  it("takes long histories with many writers, and finds the one wrong answer in them", () => {
    expect(checkHistory(register, longHistory(20_000, 6))).toMatchObject({ verdict: "ok", operations: 20_000 });
    const history = longHistory(500, 6);
    const last = history.findLastIndex(({ does }) => does === "read");
    const wrong = history.map((operation, index) => (index === last ? { ...operation, value: -1 } : operation));
    expect(checkHistory(register, wrong)).toMatchObject({
      verdict: "illegal",
      stuck: expect.arrayContaining([wrong[last]]),
    });
  });
});

/** Whether any order at all explains a small history: every choice of the next one, without memory or cleverness. */
function hasOrder<State, Operation extends Interval>(
  model: Model<State, Operation>,
  left: readonly Operation[],
  state: State = model.initial,
): boolean {
  if (left.every(({ endMs }) => endMs === Number.POSITIVE_INFINITY)) return true;
  return left.some((next) => {
    const others = left.filter((each) => each !== next);
    if (others.some(({ endMs }) => endMs < next.startMs)) return false;
    return model.next(state, next).some((after) => hasOrder(model, others, after));
  });
}

/** A history that has an order: each operation takes effect at one moment between its start and its end. */
function longHistory(count: number, writers: number) {
  const random = randomFrom(11);
  let value = 0;
  return Array.from({ length: count }, (_, index) => {
    const atMs = index;
    const [startMs, endMs] = [atMs - random() * writers, atMs + random() * writers];
    const does = random() < 0.4 ? ("write" as const) : ("read" as const);
    if (does === "write") value = index;
    return { by: "", does, value, startMs, endMs };
  });
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
