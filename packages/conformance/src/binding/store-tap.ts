import type { IdempotencyStore, KeyRecord } from "@oncekey/core";
import { Latches } from "./latches.js";

/**
 * What is wrong with the store.
 * - `none`: nothing.
 * - `down`: every call fails.
 * - `hold-completions`: a write that completes a key waits until the fault is over.
 */
export type StoreFault = "none" | "down" | "hold-completions";

const completions = "completions";

/** Stands between a server and its store, so that the suite can take the store away and give it back. */
export class StoreTap {
  #fault: StoreFault = "none";
  #held = 0;
  readonly #latches = new Latches();

  /** How many completions are held at this moment. */
  get heldCompletions(): number {
    return this.#held;
  }

  /** Puts one fault in the place of another. */
  set(fault: StoreFault): void {
    this.#fault = fault;
    if (fault === "hold-completions") this.#latches.shut(completions);
    else this.#latches.open(completions);
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

  async #write(record: KeyRecord): Promise<void> {
    if (record.state === "completed" && this.#fault === "hold-completions") {
      this.#held += 1;
      try {
        await this.#latches.pass(completions);
      } finally {
        this.#held -= 1;
      }
    }
    this.#flow();
  }

  #flow(): void {
    if (this.#fault === "down") throw new Error("the suite has taken the store away");
  }
}
