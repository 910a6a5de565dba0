import { describe, expect, it } from "vitest";
import { checkHistory } from "./check-history.js";
import type { StandingAnswer, StoreAnswer, StoreCall, StoreOperation } from "./store-model.js";
import { storeModel } from "./store-model.js";

const never = Number.POSITIVE_INFINITY;
const model = storeModel({ resolutionMs: 1, skewMarginMs: 0 });

/** One operation under way from `startMs` to `endMs`; of what stands only what the history is about is given. */
function op(startMs: number, endMs: number, call: StoreCall, answer?: StoreAnswer): StoreOperation {
  return { key: 0, by: "p", startMs, endMs, call, ...(answer !== undefined && { answer }) };
}

function stands(version: string, ageMs: number, expiresInMs: number): StandingAnswer {
  return { version, record: `record of ${version}`, ageMs, expiresInMs };
}

const create = (version: string, keepMs = 1_000): StoreCall => ({
  op: "create",
  version,
  record: `record of ${version}`,
  keepMs,
});

const replace = (expected: string, version: string, keepMs?: number): StoreCall => ({
  op: "replace",
  expected,
  version,
  record: `record of ${version}`,
  ...(keepMs !== undefined && { keepMs }),
});

const get: StoreCall = { op: "get" };
const remove = (expected: string): StoreCall => ({ op: "remove", expected });
const wrote = (version: string, ageMs = 0, expiresInMs = 1_000): StoreAnswer => ({
  written: true,
  stands: stands(version, ageMs, expiresInMs),
});
const refused = (version: string, ageMs: number, expiresInMs: number): StoreAnswer => ({
  written: false,
  stands: stands(version, ageMs, expiresInMs),
});
const nothing: StoreAnswer = {};

const created = op(0, 2, create("a"), wrote("a"));

describe("the store contract as a model", () => {
  it.each<[string, readonly StoreOperation[]]>([
    [
      "a life",
      [created, op(10, 12, get, { stands: stands("a", 10, 990) }), op(20, 22, remove("a"), { written: true })],
    ],
    ["a refusal by what stands", [created, op(10, 12, create("b"), refused("a", 11, 989))]],
    ["a repeated create", [created, op(10, 12, create("a"), wrote("a", 10, 990))]],
    ["a replace that keeps the expiry", [created, op(100, 102, replace("a", "b"), wrote("b", 0, 900))]],
    ["a replace that moves it", [created, op(100, 102, replace("a", "b", 5_000), wrote("b", 0, 5_000))]],
    ["a replace that would lower it", [created, op(100, 102, replace("a", "b", 10), wrote("b", 0, 900))]],
    ["an expiry", [created, op(1_100, 1_102, get, nothing), op(1_103, 1_105, create("b"), wrote("b"))]],
    ["a read of either side of the expiry", [created, op(990, 1_010, get, nothing)]],
    ["a replace of nothing", [op(0, 1, replace("a", "b"), { written: false })]],
    [
      "a create that nobody was told of",
      [op(0, never, create("a")), op(50, 51, get, { stands: stands("a", 30, 970) })],
    ],
    ["one that never came", [op(0, never, create("a")), op(50, 51, create("b"), wrote("b"))]],
    [
      "one that came after a removal",
      [
        op(0, never, create("a")),
        created,
        op(5, 6, remove("a"), { written: true }),
        op(9, 10, get, { stands: stands("a", 1, 999) }),
      ],
    ],
    [
      "a repeated create after the removal, beside it",
      [
        created,
        op(5, 20, create("a"), wrote("a", 0)),
        op(5, 20, remove("a"), { written: true }),
        op(30, 31, get, { stands: stands("a", 20, 980) }),
      ],
    ],
  ])("explains %s", (_, history) => {
    expect(checkHistory(model, history)).toMatchObject({ verdict: "ok" });
  });

  it.each<[string, readonly StoreOperation[]]>([
    ["two winners: GET, then SET", [op(0, 5, create("a"), wrote("a")), op(1, 6, create("b"), wrote("b"))]],
    ["a replace of another version", [created, op(10, 12, replace("z", "b"), wrote("b", 0, 990))]],
    [
      "two replaces of one version",
      [created, op(10, 15, replace("a", "b"), wrote("b", 0, 990)), op(10, 15, replace("a", "c"), wrote("c", 0, 990))],
    ],
    ["a remove of another version", [created, op(10, 12, remove("z"), { written: true })]],
    [
      "a remove that leaves what stands",
      [created, op(10, 12, remove("a"), { written: true }), op(20, 22, get, { stands: stands("a", 20, 980) })],
    ],
    [
      "a stale read",
      [created, op(10, 12, replace("a", "b"), wrote("b", 0, 990)), op(20, 22, get, { stands: stands("a", 20, 980) })],
    ],
    ["a lost write", [created, op(10, 12, get, nothing)]],
    ["a torn read", [created, op(10, 12, get, { stands: { ...stands("a", 10, 990), record: "record of b" } })]],
    ["a write over nothing", [op(0, 2, replace("a", "b"), wrote("b"))]],
    ["a refusal that names nothing", [created, op(10, 12, create("b"), { written: false })]],
    ["a refused repetition", [created, op(10, 12, create("a"), refused("a", 10, 990))]],
    ["a repetition that is written again", [created, op(100, 102, create("a"), wrote("a", 0, 1_000))]],
    ["a record that outlives its expiry", [created, op(1_100, 1_102, get, { stands: stands("a", 1_100, 1) })]],
    [
      "one that comes back",
      [created, op(1_100, 1_102, get, nothing), op(1_103, 1_104, get, { stands: stands("a", 1_103, 5) })],
    ],
    ["a renewal that keeps the age", [created, op(100, 102, replace("a", "b"), wrote("b", 100, 900))]],
    ["an age by another clock", [created, op(100, 102, get, { stands: stands("a", 4_000, 900) })]],
    ["an expiry that moves by itself", [created, op(100, 102, replace("a", "b"), wrote("b", 0, 1_000))]],
    ["an expiry that is lowered", [created, op(100, 102, replace("a", "b", 10), wrote("b", 0, 10))]],
    ["a version of nobody's", [op(0, 1, get, { stands: stands("a", 0, 1_000) })]],
  ])("does not explain %s", (_, history) => {
    expect(checkHistory(model, history)).toMatchObject({ verdict: "illegal" });
  });

  it("grants a store on the caller's clock its margin, on both sides, and no more", () => {
    const margin = storeModel({ resolutionMs: 1, skewMarginMs: 500 });
    const late = (ms: number) => op(ms, ms + 1, get, { stands: stands("a", ms - 490, 1_490 - ms) });
    expect(checkHistory(margin, [created, late(1_400)])).toMatchObject({ verdict: "ok" });
    expect(checkHistory(model, [created, late(1_400)])).toMatchObject({ verdict: "illegal" });
    expect(checkHistory(margin, [created, op(1_600, 1_601, get, { stands: stands("a", 1_100, 1) })])).toMatchObject({
      verdict: "illegal",
    });
  });
});
