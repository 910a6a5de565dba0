import { createOncekey, MemoryStore, type Oncekey, type OncekeyEvent, type OncekeyOptions } from "../src/index.js";
import { FaultyStore } from "./faulty-store.js";
import { ManualClock } from "./manual-clock.js";

/** A process that uses Oncekey: its engine, its connection, and what it was told. */
export interface Node {
  readonly oncekey: Oncekey;
  readonly store: FaultyStore;
  readonly events: OncekeyEvent[];
}

/** Several processes over one store, on one clock that the test moves. */
export class World {
  readonly clock = new ManualClock();
  readonly store = new MemoryStore({ nowMs: this.clock.nowMs });

  node(options: Partial<OncekeyOptions> = {}): Node {
    const store = new FaultyStore(this.store);
    const events: OncekeyEvent[] = [];
    const oncekey = createOncekey({
      leaseMs: 60_000,
      ...options,
      store,
      clock: this.clock,
      on: (event) => events.push(event),
    });
    return { oncekey, store, events };
  }
}

/** A promise that the test settles: a handler that ends when it is told to. */
export function latch<T>() {
  let open: (value: T) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

export const op = { key: "key-1", scope: "acct_1", fingerprint: "s1:aaaa" } as const;
export const otherPayload = { ...op, fingerprint: "s1:bbbb" } as const;

/** The names of the events so far. */
export const types = (node: Node): string[] => node.events.map((event) => event.type);
