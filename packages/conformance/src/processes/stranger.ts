import type { IdempotencyStore, KeyRecord, Stored, Write } from "@oncekey/core";
import { bytesOf, completed, released, running } from "../store/samples.js";
import type { Caller } from "./attempts.js";

/**
 * A client that keeps to the store contract and to nothing else: it creates, replaces, removes and reads as chance has it,
 * under versions that it has seen, repeats its own calls, and lets records expire. The engine does less than a store can.
 */
export class Stranger {
  readonly #store: IdempotencyStore;
  readonly #caller: Pick<Caller, "mint">;
  /** Records live so long, or twice or three times as long. */
  readonly #lifeMs: number;
  #id = "";
  /** A version that stood under the id once; it may stand there still. */
  #seen = "nothing-seen";
  #repeat: (() => Promise<unknown>) | undefined;
  #steps = 0;

  constructor(store: IdempotencyStore, lifeMs: number, caller: Pick<Caller, "mint">) {
    this.#store = store;
    this.#lifeMs = lifeMs;
    this.#caller = caller;
  }

  /** One call. A fault is none of its concern: the store's recorder has written it down. */
  async visit(id: string): Promise<void> {
    if (id !== this.#id) {
      this.#id = id;
      this.#repeat = undefined;
    }
    await this.#act(id).catch(() => undefined);
  }

  async #act(id: string): Promise<unknown> {
    const chance = Math.random();
    if (chance < 0.25) return this.#look(await this.#store.get(id));
    if (chance < 0.55) {
      const [version, record, lifeMs] = [this.#caller.mint(), this.#record(), this.#life()];
      return this.#send(() => this.#store.create(id, version, record, lifeMs));
    }
    if (chance < 0.85) {
      const [expected, version, record] = [this.#seen, this.#caller.mint(), this.#record()];
      const keepMs = chance < 0.7 ? this.#life() : undefined;
      return this.#send(() => this.#store.replace(id, expected, version, record, keepMs));
    }
    if (chance < 0.93 && this.#repeat !== undefined) return this.#repeat();
    const expected = this.#seen;
    return this.#store.remove(id, expected);
  }

  async #send(call: () => Promise<Write>): Promise<void> {
    this.#repeat = call;
    const write = await call();
    this.#look(write.written ? write.stored : write.current);
  }

  #look(stored: Stored | undefined): void {
    if (stored !== undefined) this.#seen = stored.version;
  }

  #life(): number {
    return this.#lifeMs * Math.ceil(Math.random() * 3);
  }

  #record(): KeyRecord {
    const step = ++this.#steps;
    return [running(step), completed(bytesOf(64, 8 * step), step), released(step)][step % 3] ?? released(step);
  }
}
