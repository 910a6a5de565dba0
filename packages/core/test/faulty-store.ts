import type { IdempotencyStore, KeyRecord, Removal, StoreCapabilities, Stored, Write } from "../src/index.js";

type Op = "get" | "create" | "replace" | "remove";

/**
 * What happens to one call: it works; it is applied and its reply is lost, or held back until `deliver()`; it never
 * arrives and fails at once, or hangs; it lands at `land()`, when nobody waits for it any more.
 */
export type Fate = "pass" | "lose-reply" | "hold-reply" | "refuse" | "hang" | "land-later";

/** One caller's connection to a shared store, with a network in between that a test scripts. */
export class FaultyStore implements IdempotencyStore {
  readonly capabilities: StoreCapabilities;
  /** Every call that was made, in order. */
  readonly calls: { readonly op: Op; readonly state?: string }[] = [];
  readonly #inner: IdempotencyStore;
  readonly #fates: { op: Op | "any"; fate: Fate }[] = [];
  readonly #late: (() => Promise<unknown>)[] = [];
  readonly #held: (() => void)[] = [];
  #always: Fate = "pass";

  constructor(inner: IdempotencyStore) {
    this.#inner = inner;
    this.capabilities = inner.capabilities;
  }

  /** Scripts the fate of the next call of this kind. */
  next(op: Op | "any", fate: Fate, times = 1): this {
    for (let index = 0; index < times; index++) this.#fates.push({ op, fate });
    return this;
  }

  /** From now on every call that is not scripted has this fate. */
  always(fate: Fate): void {
    this.#always = fate;
  }

  /** Lets the calls that were to land later arrive now. */
  async land(): Promise<void> {
    for (const arrive of this.#late.splice(0)) await arrive();
  }

  /** Lets the replies that were held back arrive now. */
  deliver(): void {
    for (const arrive of this.#held.splice(0)) arrive();
  }

  get(id: string): Promise<Stored | undefined> {
    return this.#send("get", undefined, () => this.#inner.get(id));
  }

  create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    return this.#send("create", record.state, () => this.#inner.create(id, version, record, retentionMs));
  }

  replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    return this.#send("replace", record.state, () => this.#inner.replace(id, expected, version, record, keepMs));
  }

  remove(id: string, expected: string): Promise<Removal> {
    return this.#send("remove", undefined, () => this.#inner.remove(id, expected));
  }

  async #send<T>(op: Op, state: string | undefined, apply: () => Promise<T>): Promise<T> {
    this.calls.push(state === undefined ? { op } : { op, state });
    const index = this.#fates.findIndex((scripted) => scripted.op === op || scripted.op === "any");
    const fate = index < 0 ? this.#always : (this.#fates.splice(index, 1)[0]?.fate ?? this.#always);
    if (fate === "pass") return apply();
    if (fate === "lose-reply") await apply();
    if (fate === "hold-reply") {
      const reply = await apply();
      return new Promise((resolve) => this.#held.push(() => resolve(reply)));
    }
    if (fate === "land-later") this.#late.push(apply);
    if (fate === "hang" || fate === "land-later") return new Promise(() => {});
    throw new Error(`connection reset (${op}, ${fate})`);
  }
}
