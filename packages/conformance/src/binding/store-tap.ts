import type { IdempotencyStore, KeyRecord } from "@oncekey/core";
import { Latches } from "./latches.js";

/**
 * What is wrong with the store.
 * - `none`: nothing.
 * - `down`: every call fails.
 * - `hold-claims`: a write that claims a key waits until the fault is over.
 * - `hold-completions`: a write that completes a key waits until the fault is over.
 */
export type StoreFault = (typeof storeFaults)[number];
export const storeFaults = ["none", "down", "hold-claims", "hold-completions"] as const;

/** The fault that holds the writes of a record. */
const holding = { "in-progress": "hold-claims", completed: "hold-completions", released: "none" } as const;

/** Stands between a server and its store, so that the suite can take the store away and give it back. */
export class StoreTap {
  #fault: StoreFault = "none";
  readonly #held = { "hold-claims": 0, "hold-completions": 0 };
  readonly #latches = new Latches();

  /** How many writes are held at this moment. */
  get held(): { readonly heldClaims: number; readonly heldCompletions: number } {
    return { heldClaims: this.#held["hold-claims"], heldCompletions: this.#held["hold-completions"] };
  }

  /** Puts one fault in the place of another. */
  set(fault: StoreFault): void {
    if (fault !== this.#fault) this.#latches.open(this.#fault);
    this.#fault = fault;
    if (fault !== "none") this.#latches.shut(fault);
  }

  /** The same store, through the tap. */
  wrap(store: IdempotencyStore): IdempotencyStore {
    return {
      capabilities: store.capabilities,
      get: async (id) => {
        this.#flow();
        return await store.get(id);
      },
      create: async (id, version, record, retentionMs) => {
        await this.#write(record);
        return await store.create(id, version, record, retentionMs);
      },
      replace: async (id, expected, version, record, keepMs) => {
        await this.#write(record);
        return await store.replace(id, expected, version, record, keepMs);
      },
      remove: async (id, expected) => {
        this.#flow();
        return await store.remove(id, expected);
      },
    };
  }

  async #write({ state }: KeyRecord): Promise<void> {
    const fault = holding[state];
    if (fault !== "none" && fault === this.#fault) {
      this.#held[fault] += 1;
      try {
        await this.#latches.pass(fault);
      } finally {
        this.#held[fault] -= 1;
      }
    }
    this.#flow();
  }

  #flow(): void {
    if (this.#fault === "down") throw new Error("the suite has taken the store away");
  }
}
