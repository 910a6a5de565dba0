import type { IdempotencyStore, ListableStore, SweepableStore, TransactionalStore } from "@oncekey/core";

/** Tells whether a store can sweep. */
export function canSweep(store: IdempotencyStore): store is SweepableStore {
  return hasMethod(store, "sweep");
}

/** Tells whether a store can list. */
export function canList(store: IdempotencyStore): store is ListableStore {
  return hasMethod(store, "list");
}

/** Tells whether a store can take part in transactions. */
export function canTransact(store: IdempotencyStore): store is TransactionalStore<unknown> {
  return hasMethod(store, "within");
}

function hasMethod(store: object, name: string): boolean {
  return typeof Reflect.get(store, name) === "function";
}
