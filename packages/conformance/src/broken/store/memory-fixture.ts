import type { IdempotencyStore, ListableStore, SweepableStore } from "@oncekey/core";
import type { StoreFixture } from "../../store/fixture.js";
import { Link } from "./link.js";
import { SeamStore } from "./seams.js";

/** A store in memory with all that a store may have. */
export type FullStore = SweepableStore & ListableStore;

/** A store in memory whose clock is given to it. */
export type MakeStore = (nowMs: () => number) => FullStore;

/**
 * A fixture over one store in memory: its clock is moved by hand, and the way to it can be broken. `client` may put
 * something between a caller and that way.
 */
export function memoryFixture(
  name: string,
  make: MakeStore,
  client: (store: FullStore) => FullStore = (store) => store,
): StoreFixture {
  let nowMs = 0;
  const link = new Link();
  const storage = make(() => nowMs);
  const fixture: StoreFixture = {
    name,
    capabilities: storage.capabilities,
    open: async () => ({ store: client(behind(link, storage)), close: () => {} }),
    advance: (ms) => {
      nowMs += ms;
    },
    faults: link,
  };
  return storage instanceof SeamStore ? { ...fixture, transact: transactOn(storage) } : fixture;
}

/** The same store for a client that reaches it over a link. */
function behind(link: Link, storage: FullStore): FullStore {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args);
      // `within` opens nothing and waits for nothing: it does not go over the link.
      return name === "within" ? call : (...args: readonly unknown[]) => link.carry(async () => call(...args));
    },
  });
}

function transactOn(storage: SeamStore): NonNullable<StoreFixture["transact"]> {
  return async (_store: IdempotencyStore, body: (inside: IdempotencyStore) => Promise<void>) => {
    const transaction = storage.begin();
    await body(storage.within(transaction));
    storage.commit(transaction);
  };
}
