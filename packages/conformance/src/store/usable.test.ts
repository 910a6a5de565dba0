import { MemoryStore } from "@oncekey/core";
import { describe, expect, it } from "vitest";
import { checkStore, FixtureError, registerStoreConformance, type StoreFixture } from "../index.js";

const store = new MemoryStore();
const { capabilities } = store;
const racing = { ...capabilities, concurrent: true };
const handle = { store, close: () => {} };
const sound = { name: "mine", capabilities, open: async () => handle };

/** What is wrong with a fixture, as somebody meets it who writes JavaScript: any value may stand anywhere. */
async function misuse(changes: object): Promise<string> {
  const fixture: StoreFixture = Object.assign({}, sound, changes);
  const started: string[] = [];
  const check = checkStore(fixture, { onStart: ({ id }) => void started.push(id) });
  const error: unknown = await check.then(
    () => undefined,
    (rejection: unknown) => rejection,
  );
  expect(started).toEqual([]);
  expect(error).toBeInstanceOf(FixtureError);
  return error instanceof Error ? error.message : "";
}

describe("a store's fixture that is no use fails once, before any case", () => {
  it.each<[string, object, RegExp]>([
    ["no open", { open: undefined }, /the fixture "mine": open is undefined; it has to be a function/],
    ["no name", { name: "" }, /the fixture "": name is ""; it has to be a name for reports/],
    ["no capabilities", { capabilities: undefined }, /capabilities is undefined; it has to be what the store declares/],
    [
      "a wrong capability",
      { capabilities: { ...capabilities, resolutionMs: 0 } },
      /capabilities.resolutionMs is 0; it/,
    ],
    [
      "half of the faults",
      { faults: { cut: () => {} } },
      /faults is .*it has to be an object with cut\(\), heal\(\) and/,
    ],
    ["advance by a number", { advance: 5 }, /advance is 5; it has to be a function of milliseconds/],
    ["known failures as a list", { knownFailures: "SIZ-06" }, /knownFailures is "SIZ-06"; it has to be an object/],
    ["open fails", { open: () => Promise.reject(new Error("ECONNREFUSED ::1:6379")) }, /open\(\) failed.*ECONNREFUSED/],
    ["open gives nothing", { open: async () => undefined }, /open\(\) gives no handle: a promise of undefined/],
    ["open gives the store", { open: async () => store }, /no handle: store is undefined; it has to be a store, with/],
    [
      "open gives no store",
      { open: async () => ({ store: new Map(), close: () => {} }) },
      /store is .*with get, create/,
    ],
    [
      "no close",
      { open: async () => ({ store }) },
      /no handle: close is undefined; it has to be a function that closes/,
    ],
    ["another list", { capabilities: { ...capabilities, list: false } }, /contradict those of the store .*own object/s],
    [
      "one store for all clients",
      {
        capabilities: racing,
        open: async () => ({ ...handle, store: Object.assign(store, { capabilities: racing }) }),
      },
      /the same store twice.*declare concurrent: false/s,
    ],
    [
      "a storage for each client",
      { open: async () => ({ ...handle, store: new MemoryStore() }) },
      /the next that open\(\) gives does not find.*outside of open\(\)/s,
    ],
  ])("%s", async (_name, changes, message) => {
    expect(await misuse(changes)).toMatch(message);
    Object.assign(store, { capabilities });
  });

  it("closes what it has opened", async () => {
    const seen: string[] = [];
    const open = async () => {
      seen.push("opened");
      return { store: new MemoryStore(), close: () => void seen.push("closed") };
    };
    expect(await misuse({ open })).toMatch(/does not find/);
    expect(seen).toEqual(["opened", "opened", "closed", "closed"]);
  });

  it("is one failing test under a runner", async () => {
    const tests: (() => Promise<void>)[] = [];
    const groups: string[] = [];
    const describe = (name: string, body: () => void) => {
      groups.push(name);
      body();
    };
    const fixture: StoreFixture = Object.assign({}, sound, { open: 5 });
    registerStoreConformance(fixture, { describe, it: (_name, body) => tests.push(body) });
    expect(tests).toHaveLength(1);
    expect(groups).toEqual(["the store contract"]);
    await expect(tests[0]?.()).rejects.toThrow('the fixture "mine": open is 5');
  });
});
