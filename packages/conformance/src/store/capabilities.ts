import type { IdempotencyStore, StoreCapabilities } from "@oncekey/core";
import { check, equal, rejected, show } from "../expect.js";
import { canList, canSweep, canTransact } from "./optional-interfaces.js";
import { running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

type Rules = { readonly [Name in keyof StoreCapabilities]: readonly [(value: unknown) => boolean, string] };

const aFlag = [(value: unknown) => typeof value === "boolean", "true or false"] as const;

/** What each capability may be. */
export const capabilityRules: Rules = {
  clock: oneOf("store", "caller"),
  resolutionMs: [(value) => typeof value === "number" && value > 0, "a number of milliseconds above 0"],
  skewMarginMs: [(value) => typeof value === "number" && value >= 0, "a number of milliseconds of at least 0"],
  maxRecordBytes: [(value) => Number.isSafeInteger(value) && Number(value) > 0, "a whole number of bytes above 0"],
  durability: oneOf("memory", "process", "server", "replicated"),
  concurrent: aFlag,
  transactional: aFlag,
  list: aFlag,
  sweep: aFlag,
};

/** Capabilities: one honest declaration, which the store keeps to. */
export const capabilityCases = [
  storeCase("CAP-01", "must", "the store declares every capability, in the contract's words", async (bench) => {
    const { capabilities } = await bench.open();
    for (const [name, [holds, rule]] of Object.entries(capabilityRules)) {
      const value: unknown = Reflect.get(capabilities, name);
      check(holds(value), `capabilities.${name}: ${show(value)} is not ${rule}`);
    }
    const skew = capabilities.clock === "store" ? capabilities.skewMarginMs === 0 : capabilities.skewMarginMs > 0;
    check(skew, "skewMarginMs is 0 where the clock is the store's, and above 0 where it is the caller's");
    equal(capabilities, bench.fixture.capabilities, "what the store declares, and what its fixture says");
  }),

  storeCase(
    "CAP-02",
    "must",
    "what a store declares is the same for every client, and does not change in use",
    async (bench) => {
      const [first, second] = [await bench.open(), await bench.open()];
      const before = { ...first.capabilities };
      equal(second.capabilities, before, "the capabilities that another client sees");
      await new Slot(bench).create(first, running());
      Reflect.set(first.capabilities, "concurrent", !before.concurrent);
      equal(
        first.capabilities,
        before,
        "the capabilities after a write, and after an attempt to change them (freeze the object)",
      );
    },
  ),

  storeCase(
    "CAP-03",
    "must",
    "an optional interface is there where it is declared, and refuses where it is not",
    async (bench) => {
      const store = await bench.open();
      const { sweep, list, transactional } = store.capabilities;
      await declared("sweep", sweep, canSweep(store), () => (canSweep(store) ? store.sweep(1) : absent()));
      await declared("list", list, canList(store), () => (canList(store) ? store.list({ limit: 1 }) : absent()));
      await declared("within", transactional, canTransact(store), async () => opened(store));
    },
  ),
];

async function declared(name: string, has: boolean, found: boolean, use: () => Promise<unknown>): Promise<void> {
  if (has) return check(found, `the store declares it, but has no method ${name}`);
  if (found) await rejected(use(), `${name}, which the store does not declare`);
}

function opened(store: IdempotencyStore): unknown {
  return canTransact(store) ? store.within(undefined) : absent();
}

function absent(): never {
  throw new Error("there is no such method");
}

function oneOf(...words: readonly string[]): readonly [(value: unknown) => boolean, string] {
  return [(value) => words.some((word) => word === value), `one of ${words.map(show).join(", ")}`];
}
