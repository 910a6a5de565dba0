import type {
  KeyRecord,
  ListableStore,
  Page,
  Removal,
  StoreCapabilities,
  Stored,
  SweepableStore,
  Write,
} from "@oncekey/core";
import type { StoreFixture } from "../../store/fixture.js";
import { Link } from "./link.js";

/** A store in memory whose clock is given to it. */
export type MakeStore = (nowMs: () => number) => SweepableStore & ListableStore;

/** A fixture over one store in memory: its clock is moved by hand, and the way to it can be broken. */
export function memoryFixture(name: string, make: MakeStore): StoreFixture {
  let nowMs = 0;
  const link = new Link();
  const storage = make(() => nowMs);
  return {
    name,
    capabilities: storage.capabilities,
    open: async () => ({ store: new Client(storage, link), close: () => {} }),
    advance: (ms) => {
      nowMs += ms;
    },
    faults: link,
  };
}

/** A client of its own on a storage that others use too. */
class Client implements SweepableStore, ListableStore {
  readonly capabilities: StoreCapabilities;
  readonly #storage: SweepableStore & ListableStore;
  readonly #link: Link;

  constructor(storage: SweepableStore & ListableStore, link: Link) {
    this.#storage = storage;
    this.#link = link;
    this.capabilities = storage.capabilities;
  }

  get(id: string): Promise<Stored | undefined> {
    return this.#link.carry(() => this.#storage.get(id));
  }

  create(id: string, version: string, record: KeyRecord, retentionMs: number): Promise<Write> {
    return this.#link.carry(() => this.#storage.create(id, version, record, retentionMs));
  }

  replace(id: string, expected: string, version: string, record: KeyRecord, keepMs?: number): Promise<Write> {
    return this.#link.carry(() => this.#storage.replace(id, expected, version, record, keepMs));
  }

  remove(id: string, expected: string): Promise<Removal> {
    return this.#link.carry(() => this.#storage.remove(id, expected));
  }

  sweep(limit?: number): Promise<number> {
    return this.#link.carry(() => this.#storage.sweep(limit));
  }

  list(options?: { readonly cursor?: string; readonly limit?: number }): Promise<Page> {
    return this.#link.carry(() => this.#storage.list(options));
  }
}
