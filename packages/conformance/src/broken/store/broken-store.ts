import type { StoreFixture } from "../../store/fixture.js";
import { type FullStore, memoryFixture } from "./memory-fixture.js";
import type { SeamStore } from "./seams.js";

/** A store with one bug, and the cases that must find it. */
export interface BrokenStore {
  readonly name: string;
  /** What is wrong, and how it comes about in practice. */
  readonly bug: string;
  /** The ids of all cases that fail, in the order of the suite; every other case passes or is skipped. */
  readonly fails: readonly string[];
  /** A fixture over a fresh store with this bug; its clock is moved by hand. */
  fixture(): StoreFixture;
  /** A fresh store with this bug, on this clock in milliseconds, for tests of other suites. */
  open(nowMs: () => number): FullStore;
}

/** Describes a broken store. */
export function broken(
  name: string,
  bug: string,
  fails: readonly string[],
  Store: new (nowMs: () => number) => SeamStore,
  client: (store: FullStore) => FullStore = (store) => store,
): BrokenStore {
  return {
    name,
    bug,
    fails,
    fixture: () => memoryFixture(name, (nowMs) => new Store(nowMs), client),
    open: (nowMs) => client(new Store(nowMs)),
  };
}
