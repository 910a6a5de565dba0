import type { IdempotencyStore, SweepableStore } from "@oncekey/core";
import { check, equal, fail } from "../expect.js";
import type { StoreBench } from "./bench.js";
import { canSweep } from "./optional-interfaces.js";
import { completed, freshVersion, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase, sweeping } from "./store-case.js";

// They count what they delete, and delete what others are about to.
const only = { needs: [sweeping], alone: true };

/** `sweep`: deletes expired records, a bounded number at a time. While the suite runs, nobody else may sweep the storage. */
export const sweepCases = [
  storeCase(
    "SWP-01",
    "must",
    "sweep deletes the expired records, and tells how many",
    async (bench) => {
      const store = sweepable(await bench.open());
      await expiredOnes(bench, store, 5);
      let swept = 0;
      for (let last = 1; last > 0; swept += last) last = await store.sweep();
      check(swept >= 5, `5 records have expired, and sweep deleted ${swept}`);
    },
    only,
  ),

  storeCase(
    "SWP-02",
    "must",
    "sweep deletes no live record, whatever its state",
    async (bench) => {
      const store = sweepable(await bench.open());
      const slots = [new Slot(bench), new Slot(bench), new Slot(bench)];
      for (const [index, slot] of slots.entries()) await slot.create(store, index === 0 ? completed() : running());
      await slots[1]?.replace(store, completed(), 2 * bench.longMs);
      await expiredOnes(bench, store, 2);
      await sweepAll(store);
      for (const slot of slots) await slot.stands(store, "get after the sweep");
    },
    only,
  ),

  storeCase(
    "SWP-03",
    "must",
    "sweep deletes at most as many records as it was told",
    async (bench) => {
      const store = sweepable(await bench.open());
      await expiredOnes(bench, store, 5);
      let swept = 0;
      for (let last = 1; last > 0; swept += last) {
        last = await store.sweep(2);
        check(last <= 2, `sweep(2) deleted ${last}`);
      }
      check(swept >= 5, `5 records have expired, and sweeps of 2 deleted ${swept}`);
    },
    only,
  ),

  storeCase(
    "SWP-04",
    "must",
    "a sweep beside claims never takes away what was claimed",
    async (bench) => {
      const [sweeper, claimer] = [sweepable(await bench.open()), await bench.open()];
      const ids = await expiredOnes(bench, claimer, 24);
      const sweeps: Promise<number>[] = [];
      const claims = ids.map(async (id, index) => {
        // Before, between and after the claims: a sweep may have looked already when a claim is written.
        if (index % 3 === 0) sweeps.push(sweeper.sweep(2));
        const version = freshVersion();
        const write = await claimer.create(id, version, running(), bench.longMs);
        equal(write.written, true, "create over an expired record: written");
        return { id, version };
      });
      const claimed = await Promise.all(claims);
      await Promise.all(sweeps);
      for (const { id, version } of claimed) {
        equal((await claimer.get(id))?.version, version, "the version of a claim beside a sweep");
      }
      await sweepAll(sweeper);
      for (const id of ids) check((await claimer.get(id)) !== undefined, "a claim is there after the last sweep");
    },
    only,
  ),
];

/** Sweeps until nothing is left; answers how many were deleted. */
async function sweepAll(store: SweepableStore, limit?: number): Promise<number> {
  let swept = 0;
  for (let calls = 0; calls < 10_000; calls++) {
    const last = await store.sweep(limit);
    if (last === 0) return swept;
    check(limit === undefined || last <= limit, `sweep(${limit}) deleted ${last}`);
    swept += last;
  }
  return fail("sweep finds something to delete, for ever");
}

async function expiredOnes(bench: StoreBench, store: IdempotencyStore, count: number): Promise<readonly string[]> {
  const slots = Array.from({ length: count }, () => new Slot(bench));
  for (const { id } of slots) await store.create(id, freshVersion(), completed(), bench.shortMs);
  await bench.passExpiry(bench.shortMs);
  return slots.map(({ id }) => id);
}

function sweepable(store: IdempotencyStore): SweepableStore {
  check(canSweep(store), "a store that declares sweep has the method");
  return store;
}
