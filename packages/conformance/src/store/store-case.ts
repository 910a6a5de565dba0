import type { ConformanceCase, Level, Need } from "../case.js";
import { StoreBench } from "./bench.js";
import type { StoreFixture } from "./fixture.js";

/** A case about stores. */
export type StoreCase = ConformanceCase<StoreFixture>;

/** What some cases say about themselves besides. */
export type StoreCaseExtras = Pick<StoreCase, "needs" | "caveat" | "alone">;

/** Makes a case whose body works with a {@link StoreBench}. */
export function storeCase(
  id: string,
  level: Level,
  title: string,
  body: (bench: StoreBench) => Promise<void>,
  extras: StoreCaseExtras = {},
): StoreCase {
  return { id, level, title, ...extras, timeoutMs, run: (context) => body(new StoreBench(context)) };
}

/** Half a minute, as others may run beside it, and what a case may wait on purpose where the clock is real. */
function timeoutMs({ advance, capabilities }: StoreFixture): number {
  const { resolutionMs, skewMarginMs } = capabilities;
  return 30_000 + (advance === undefined ? 500 * resolutionMs + 10 * skewMarginMs : 0);
}

/** The fixture can break the way to its storage. */
export const faultHooks: Need<StoreFixture> = {
  unmet: ({ faults }) => (faults === undefined ? "the fixture has no fault hooks" : undefined),
};

/** The store sweeps. */
export const sweeping: Need<StoreFixture> = {
  unmet: ({ capabilities }) => (capabilities.sweep ? undefined : "the store declares no sweep"),
};

/** The store lists. */
export const listing: Need<StoreFixture> = {
  unmet: ({ capabilities }) => (capabilities.list ? undefined : "the store declares no list"),
};

/** The store takes part in transactions, and the fixture runs some. */
export const transactions: Need<StoreFixture> = {
  unmet: ({ capabilities, transact }) => {
    if (!capabilities.transactional) return "the store declares no transactions";
    return transact === undefined ? "the fixture has no transact hook" : undefined;
  },
};

/** The store takes records of this size. */
export function takes(bytes: number): Need<StoreFixture> {
  return {
    unmet: ({ capabilities: { maxRecordBytes } }) =>
      maxRecordBytes < bytes ? `the store takes records of ${maxRecordBytes} bytes at most` : undefined,
  };
}

/** The limit of the store is one that a case can reach. */
export const reachableLimit: Need<StoreFixture> = {
  unmet: ({ capabilities: { maxRecordBytes } }) =>
    maxRecordBytes > 2 ** 24 ? `the limit of ${maxRecordBytes} bytes is beyond 16 MiB` : undefined,
};

/** For races: what winning them is worth on this store. */
export const raceCaveat: Pick<StoreCase, "caveat"> = {
  caveat: ({ capabilities }) =>
    capabilities.concurrent ? undefined : "not evidence: on this store, calls do not race for real",
};
