// Models and histories in the manner of the literature, for the tests of the checker.
import type { Interval, Model } from "../../src/history/model.js";

type Timed<What> = What & Interval & { readonly by: string };

/** A history and what the checker must say of it. */
export interface Example<Operation> {
  readonly name: string;
  readonly expected: "ok" | "illegal";
  readonly history: readonly Operation[];
}

export type RegisterOperation = Timed<{ readonly does: "write" | "read"; readonly value: number }>;

/** A cell that is written and read; it holds 0 at first. */
export const register: Model<number, RegisterOperation> = {
  initial: 0,
  next: (held, { does, value }) => (does === "write" ? [value] : value === held ? [held] : []),
  reads: ({ does }) => does === "read",
  name: String,
  describe: ({ does, value }) => `${does} ${value}`,
};

export type CasOperation = Timed<
  | { readonly does: "read"; readonly value: number }
  | { readonly does: "cas"; readonly from: number; readonly to: number; readonly won?: boolean }
>;

/** A cell that is changed only by one who knows what it holds. */
export const cas: Model<number, CasOperation> = {
  initial: 0,
  next: (held, operation) => {
    if (operation.does === "read") return operation.value === held ? [held] : [];
    const { from, to, won } = operation;
    if (won === undefined) return [held === from ? to : held];
    if (won !== (held === from)) return [];
    return [won ? to : held];
  },
  reads: (operation) => operation.does === "read" || operation.won === false,
  name: String,
  describe: (operation) =>
    operation.does === "read" ? `read ${operation.value}` : `${operation.from} -> ${operation.to}: ${operation.won}`,
};

export type QueueOperation = Timed<
  { readonly does: "put"; readonly item: string } | { readonly does: "take"; readonly item?: string }
>;

/** First in, first out; a take of an empty one finds nothing. */
export const queue: Model<readonly string[], QueueOperation> = {
  initial: [],
  next: (items, operation) => {
    if (operation.does === "put") return [[...items, operation.item]];
    return operation.item === items[0] ? [items.slice(1)] : [];
  },
  name: (items) => items.join(),
  describe: ({ does, item }) => `${does} ${item ?? "nothing"}`,
};

export type SemaphoreOperation = Timed<
  { readonly does: "add"; readonly answered: boolean } | { readonly does: "read"; readonly value: number }
>;

/** A counter whose additions may fail to count where the caller was told of a fault, with its answer in hand. */
export const semaphore: Model<number, SemaphoreOperation> = {
  initial: 0,
  next: (count, operation) => {
    if (operation.does === "read") return operation.value === count ? [count] : [];
    return operation.answered ? [count + 1] : [count, count + 1];
  },
  name: String,
  describe: ({ does }) => does,
};

const never = Number.POSITIVE_INFINITY;

function at<What extends object>(by: string, startMs: number, endMs: number, what: What): Timed<What> {
  return { ...what, by, startMs, endMs };
}

const write = (by: string, startMs: number, endMs: number, value: number) =>
  at(by, startMs, endMs, { does: "write" as const, value });
const read = (by: string, startMs: number, endMs: number, value: number) =>
  at(by, startMs, endMs, { does: "read" as const, value });
const swap = (by: string, startMs: number, endMs: number, from: number, to: number, won?: boolean) =>
  at(by, startMs, endMs, { does: "cas" as const, from, to, ...(won !== undefined && { won }) });
const put = (by: string, startMs: number, endMs: number, item: string) =>
  at(by, startMs, endMs, { does: "put" as const, item });
const take = (by: string, startMs: number, endMs: number, item?: string) =>
  at(by, startMs, endMs, { does: "take" as const, ...(item !== undefined && { item }) });
const add = (startMs: number, endMs: number, answered = true) =>
  at("a", startMs, endMs, { does: "add" as const, answered });

export const examples = {
  register: [
    { name: "nothing at all", expected: "ok", history: [] },
    { name: "a read of the first value", expected: "ok", history: [read("p", 0, 1, 0)] },
    {
      name: "a read beside a write, of the old value",
      expected: "ok",
      history: [write("p", 0, 10, 1), read("q", 2, 4, 0)],
    },
    {
      name: "a read beside a write, of the new value",
      expected: "ok",
      history: [write("p", 0, 10, 1), read("q", 2, 4, 1)],
    },
    { name: "a stale read", expected: "illegal", history: [write("p", 0, 1, 1), read("q", 2, 3, 0)] },
    {
      name: "new, then old, both beside the write",
      expected: "illegal",
      history: [write("p", 0, 10, 1), read("q", 1, 2, 1), read("r", 3, 4, 0)],
    },
    {
      name: "old, then new, both beside the write",
      expected: "ok",
      history: [write("p", 0, 10, 1), read("q", 1, 2, 0), read("r", 3, 4, 1)],
    },
    {
      name: "two readers who see two writes in two orders",
      expected: "illegal",
      history: [write("p", 0, 2, 1), write("q", 0, 2, 2), read("r", 3, 4, 1), read("s", 5, 6, 2), read("r", 7, 8, 1)],
    },
    { name: "ends that touch", expected: "ok", history: [write("p", 0, 5, 1), read("q", 5, 6, 0)] },
    {
      name: "a write that was not answered, seen",
      expected: "ok",
      history: [write("p", 0, never, 1), read("q", 50, 51, 1)],
    },
    {
      name: "a write that was not answered, not seen",
      expected: "ok",
      history: [write("p", 0, never, 1), read("q", 50, 51, 0)],
    },
    {
      name: "a write that was not answered, seen late",
      expected: "ok",
      history: [write("p", 0, never, 1), read("q", 50, 51, 0), read("q", 60, 61, 1)],
    },
    {
      name: "a write that was not answered, seen and gone",
      expected: "illegal",
      history: [write("p", 0, never, 1), read("q", 50, 51, 1), read("q", 60, 61, 0)],
    },
    { name: "a write seen before it began", expected: "illegal", history: [read("q", 0, 1, 1), write("p", 2, 3, 1)] },
  ],
  cas: [
    { name: "one winner of two", expected: "ok", history: [swap("p", 0, 5, 0, 1, true), swap("q", 0, 5, 0, 2, false)] },
    {
      name: "two winners of two",
      expected: "illegal",
      history: [swap("p", 0, 5, 0, 1, true), swap("q", 0, 5, 0, 2, true)],
    },
    {
      name: "no winner of two",
      expected: "illegal",
      history: [swap("p", 0, 5, 0, 1, false), swap("q", 0, 5, 0, 2, false)],
    },
    {
      name: "a chain in one window",
      expected: "ok",
      history: [
        swap("p", 0, 9, 2, 3, true),
        swap("q", 0, 9, 1, 2, true),
        swap("r", 0, 9, 0, 1, true),
        read("s", 10, 11, 3),
      ],
    },
    {
      name: "a loser who was right, because nobody answered the winner",
      expected: "ok",
      history: [swap("p", 0, never, 0, 1), swap("q", 5, 6, 0, 2, false)],
    },
    {
      name: "a loser who was right before the winner began",
      expected: "illegal",
      history: [swap("q", 0, 1, 0, 2, false), swap("p", 5, never, 0, 1)],
    },
    {
      name: "there and back",
      expected: "ok",
      history: [
        swap("p", 0, 2, 0, 1, true),
        swap("q", 1, 4, 1, 0, true),
        read("r", 3, 6, 0),
        swap("s", 5, 7, 0, 2, true),
      ],
    },
  ],
  queue: [
    {
      name: "in order",
      expected: "ok",
      history: [put("p", 0, 1, "x"), put("p", 2, 3, "y"), take("q", 4, 5, "x"), take("q", 6, 7, "y")],
    },
    {
      name: "out of order",
      expected: "illegal",
      history: [put("p", 0, 1, "x"), put("p", 2, 3, "y"), take("q", 4, 5, "y")],
    },
    {
      name: "puts under way at once may come out either way",
      expected: "ok",
      history: [put("p", 0, 3, "x"), put("q", 1, 2, "y"), take("p", 4, 5, "y"), take("q", 4, 6, "x")],
    },
    {
      name: "taken twice",
      expected: "illegal",
      history: [put("p", 0, 1, "x"), take("p", 2, 5, "x"), take("q", 2, 5, "x")],
    },
    { name: "taken beside its put", expected: "ok", history: [take("q", 0, 5, "x"), put("p", 1, 2, "x")] },
    { name: "found empty after a put", expected: "illegal", history: [put("p", 0, 1, "x"), take("q", 2, 3)] },
    {
      name: "found empty beside a put",
      expected: "ok",
      history: [put("p", 0, 5, "x"), take("q", 2, 3), take("q", 4, 6, "x")],
    },
    {
      name: "an item of which nobody knows whether it was put",
      expected: "ok",
      history: [put("p", 0, never, "x"), put("q", 5, 6, "y"), take("q", 7, 8, "y"), take("q", 9, 10, "x")],
    },
  ],
  semaphore: [
    {
      name: "an addition that failed, and counted",
      expected: "ok",
      history: [add(0, 1, false), add(2, 3), read("r", 4, 5, 2)],
    },
    {
      name: "an addition that failed, and did not",
      expected: "ok",
      history: [add(0, 1, false), add(2, 3), read("r", 4, 5, 1)],
    },
    {
      name: "an addition that counted twice",
      expected: "illegal",
      history: [add(0, 1, false), add(2, 3), read("r", 4, 5, 3)],
    },
    {
      name: "three that failed, of which the readers see one after the other",
      expected: "ok",
      history: [
        add(0, 1, false),
        add(0, 20, false),
        add(0, 20, false),
        read("r", 4, 5, 1),
        read("r", 6, 7, 2),
        read("r", 21, 22, 3),
      ],
    },
  ],
} as const satisfies {
  readonly register: readonly Example<RegisterOperation>[];
  readonly cas: readonly Example<CasOperation>[];
  readonly queue: readonly Example<QueueOperation>[];
  readonly semaphore: readonly Example<SemaphoreOperation>[];
};
