import type { StoreCapabilities, Stored } from "@oncekey/core";
import { broken } from "./broken-store.js";
import { instead } from "./instead.js";
import type { FullStore } from "./memory-fixture.js";
import { type Entries, SeamStore } from "./seams.js";

const swallowsFaults = (store: FullStore) => instead(store, { get: (id) => store.get(id).catch(() => undefined) });

const throwsForNothing = (store: FullStore) =>
  instead(store, {
    get: async (id) => {
      const stored = await store.get(id);
      if (stored === undefined) throw new Error("no record found", { cause: id });
      return stored;
    },
  });

const faultsRefuse = (store: FullStore) =>
  instead(store, {
    replace: (...args) => store.replace(...args).catch(() => ({ written: false, current: undefined })),
  });

const hidesTheCause = (store: FullStore) =>
  instead(store, {
    get: (id) =>
      store.get(id).catch(() => {
        throw new Error("the store failed");
      }),
  });

/** Gives up after a while, as a cache would: nothing came, so nothing is there. */
const timeOutsAreAnswers = (store: FullStore) =>
  instead(store, {
    get: (id) => {
      const patience = new Promise<undefined>((resolve) => setTimeout(resolve, 50, undefined));
      return Promise.race([store.get(id), patience]);
    },
  });

/** A client that never connects again. */
function staysBroken(store: FullStore): FullStore {
  let broken: unknown;
  const get = async (id: string): Promise<Stored | undefined> => {
    if (broken !== undefined) throw broken;
    return store.get(id).catch((error) => {
      broken = error;
      throw error;
    });
  };
  return instead(store, { get });
}

function readsACache(store: FullStore): FullStore {
  const seen = new Map<string, Stored>();
  const get = async (id: string): Promise<Stored | undefined> => {
    const stored = seen.get(id) ?? (await store.get(id));
    if (stored !== undefined) seen.set(id, stored);
    return stored;
  };
  return instead(store, { get });
}

class ChangesItsCapabilities extends SeamStore {
  override readonly capabilities: StoreCapabilities = { ...new SeamStore(this.nowMs).capabilities };
}

class ClaimsTooLittle extends SeamStore {
  override readonly capabilities: StoreCapabilities = Object.freeze({
    ...new SeamStore(this.nowMs).capabilities,
    sweep: false,
  });
}

class HasNoSkewMargin extends SeamStore {
  override readonly capabilities: StoreCapabilities = Object.freeze({
    ...new SeamStore(this.nowMs).capabilities,
    clock: "caller",
  });
}

class WritesOutsideTransactions extends SeamStore {
  override within(): SeamStore {
    return this;
  }
}

class LosesTransactions extends SeamStore {
  override commit(): void {}
}

class TransactionsReplaceAnything extends SeamStore {
  override within(transaction: Entries): SeamStore {
    const { nowMs } = this;
    return new (class extends SeamStore {
      protected override mayReplace(): boolean {
        return true;
      }
    })(nowMs, transaction);
  }
}

/** Bugs about what a caller is told. */
export const brokenAnswers = [
  broken(
    "swallows-faults",
    "a fault of get is answered as nothing there: a catch that returns undefined",
    ["FLT-01", "FLT-06"],
    SeamStore,
    swallowsFaults,
  ),
  broken(
    "throws-for-nothing",
    "a get that finds nothing throws, as findOrThrow does",
    [
      "GET-01",
      "REP-04",
      "REM-01",
      "EXP-01",
      "EXP-03",
      "EXP-10",
      "EXP-12",
      "SIZ-04",
      "SIZ-07",
      "RAC-05",
      "TRX-02",
      "TRX-03",
      "FLT-05",
    ],
    SeamStore,
    throwsForNothing,
  ),
  broken(
    "faults-refuse",
    "a fault of replace is answered as a refusal",
    ["SIZ-05", "FLT-01", "FLT-04"],
    SeamStore,
    faultsRefuse,
  ),
  broken("hides-the-cause", "the driver's error is thrown away", ["FLT-06"], SeamStore, hidesTheCause),
  broken(
    "time-outs-are-answers",
    "a get that takes too long is answered as nothing there",
    ["FLT-07"],
    SeamStore,
    timeOutsAreAnswers,
  ),
  broken("stays-broken", "a client never connects again after a fault", ["FLT-08"], SeamStore, staysBroken),
  broken(
    "reads-a-cache",
    "get answers from a cache of the process",
    ["GET-02", "GET-03", "EXP-01", "AGE-01", "AGE-02", "AGE-04", "AGE-05", "REC-10", "SIZ-07", "RAC-03"],
    SeamStore,
    readsACache,
  ),
  broken(
    "changes-its-capabilities",
    "the capabilities are an object that anybody may change",
    ["CAP-02"],
    ChangesItsCapabilities,
  ),
  broken("claims-too-little", "a capability is denied, and its method does not refuse", ["CAP-03"], ClaimsTooLittle),
  broken("has-no-skew-margin", "time is the caller's, and no margin is declared for it", ["CAP-01"], HasNoSkewMargin),
  broken(
    "writes-outside-transactions",
    "what is written within a transaction is written at once",
    ["TRX-01", "TRX-02", "TRX-03"],
    WritesOutsideTransactions,
  ),
  broken(
    "loses-transactions",
    "what was written within a transaction is lost when it commits",
    ["TRX-01", "TRX-03"],
    LosesTransactions,
  ),
  broken(
    "transactions-replace-anything",
    "within a transaction the version is not compared",
    ["TRX-04"],
    TransactionsReplaceAnything,
  ),
];
