import type { IdempotencyStore, StoreCapabilities } from "@oncekey/core";
import type { CaseContext } from "../case.js";
import { same, show } from "../expect.js";
import { type FieldRule, fieldFlaw, fixtureFlaw, isFunction, isObject, optional } from "../flaw.js";
import { capabilityRules } from "./capabilities.js";
import type { StoreFixture, StoreHandle } from "./fixture.js";
import { freshId, freshVersion, released } from "./samples.js";

const ofFixture: readonly FieldRule[] = [
  ["open", isFunction, "a function that opens the storage: async () => ({ store, close })"],
  ["capabilities", isObject, "what the store declares: pass on its own `capabilities`"],
  ["advance", optional(isFunction), "a function of milliseconds, or left out where the clock is a real one"],
  ["faults", optional(isFaultHooks), "an object with cut(), heal() and slow(ms), or left out"],
  ["transact", optional(isFunction), "a function of a store and a body, or left out"],
];

const ofHandle: readonly FieldRule[] = [
  ["store", isStore, "a store, with get, create, replace and remove"],
  ["close", isFunction, "a function that closes the client; () => {} where there is none"],
];

/** What is wrong with a store's fixture as it is written. */
export function storeFlaw(fixture: StoreFixture): string | undefined {
  const flaw = fixtureFlaw("a StoreFixture: { name, capabilities, open }", fixture, ofFixture);
  if (flaw !== undefined) return flaw;
  const rules = Object.entries(capabilityRules).map(([name, rule]): FieldRule => [name, ...rule]);
  const wrong = fieldFlaw({ ...fixture.capabilities }, rules);
  return wrong === undefined ? undefined : `the fixture ${show(fixture.name)}: capabilities.${wrong}`;
}

/** Opens two handles, and lets one read what the other wrote. */
export async function tryStore(
  fixture: StoreFixture,
  defer: CaseContext<StoreFixture>["defer"],
): Promise<string | undefined> {
  const stores: IdempotencyStore[] = [];
  while (stores.length < 2) {
    const handle = await opened(fixture);
    const flaw = isObject(handle) ? fieldFlaw(handle, ofHandle) : `a promise of ${show(handle)}`;
    if (flaw !== undefined) return `open() gives no handle: ${flaw}. It has to give { store, close }`;
    defer(() => handle.close());
    stores.push(handle.store);
  }
  const [first, second] = stores;
  if (first === undefined || second === undefined) return undefined;
  return declared(first, fixture.capabilities) ?? twice(first, second, fixture.capabilities) ?? shared(first, second);
}

async function opened(fixture: StoreFixture): Promise<StoreHandle> {
  try {
    return await fixture.open();
  } catch (error) {
    throw new Error(`open() failed, so no case can run. Is the storage there? It said: ${show(error)}`, {
      cause: error,
    });
  }
}

function declared({ capabilities }: IdempotencyStore, ofFixture: StoreCapabilities): string | undefined {
  if (same(capabilities, ofFixture)) return undefined;
  return (
    `its capabilities contradict those of the store that it opens: ${show(ofFixture)} and ${show(capabilities)}. ` +
    "Pass on the store's own object"
  );
}

function twice(
  first: IdempotencyStore,
  second: IdempotencyStore,
  { concurrent }: StoreCapabilities,
): string | undefined {
  if (first !== second || !concurrent) return undefined;
  return (
    "open() gives the same store twice, so no two clients would ever race. Make a new store with a client of its own " +
    "in each call, or declare concurrent: false where that cannot be"
  );
}

/** Whatever else is wrong with the answers is the business of the cases. */
async function shared(first: IdempotencyStore, second: IdempotencyStore): Promise<string | undefined> {
  const [id, version] = [freshId(), freshVersion()];
  await first.create(id, version, released(), 60_000);
  const found = await second.get(id);
  const lost = found === undefined && (await first.get(id)) !== undefined;
  await first.remove(id, version);
  if (!lost) return undefined;
  return (
    "what one store has written, the next that open() gives does not find. All of them have to see the same storage: " +
    "make it once, outside of open()"
  );
}

function isStore(value: unknown): value is IdempotencyStore {
  return (
    isObject(value) && ["get", "create", "replace", "remove"].every((name) => isFunction(Reflect.get(value, name)))
  );
}

function isFaultHooks(value: unknown): boolean {
  return isObject(value) && ["cut", "heal", "slow"].every((name) => isFunction(Reflect.get(value, name)));
}
