import type { IdempotencyStore } from "@oncekey/core";
import type { FullStore } from "./memory-fixture.js";

/** The same store, with some operations done otherwise. */
export function instead(store: FullStore, changes: Partial<IdempotencyStore>): FullStore {
  return new Proxy(store, {
    get: (target, name): unknown => Reflect.get(Object.hasOwn(changes, name) ? changes : target, name),
  });
}
