import { type InProgress, stateOf } from "@oncekey/core";
import { check, equal, present } from "../expect.js";
import { completed, freshVersion, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

/** Age: the time since the last write, by the store's clock. A lease is judged by it. */
export const ageCases = [
  storeCase("AGE-01", "must", "the age of a record is the time since it was written", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    for (const ticks of [1, 2]) {
      await bench.pass(ticks * bench.tickMs);
      await slot.stands(store, `get after ${ticks} ticks more`);
    }
  }),

  storeCase(
    "AGE-02",
    "must",
    "the age starts again at 0 with every replace, also by the same record",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      await bench.pass(2 * bench.tickMs);
      await slot.replace(store, slot.record);
      await slot.stands(store, "get after a renewal");
      await bench.pass(2 * bench.tickMs);
      await slot.replace(store, completed());
      await slot.stands(store, "get after a completion");
    },
  ),

  storeCase("AGE-03", "must", "refused writes leave the age as it is", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    await bench.pass(2 * bench.tickMs);
    await store.create(slot.id, freshVersion(), running(7), bench.longMs);
    await store.replace(slot.id, freshVersion(), freshVersion(), completed(), bench.longMs);
    await store.remove(slot.id, freshVersion());
    await slot.stands(store, "get after three refusals");
  }),

  storeCase(
    "AGE-04",
    "must",
    "successive reads of an unchanged record show an age that does not fall, whoever reads",
    async (bench) => {
      const stores = await bench.openMany(3);
      const slot = new Slot(bench);
      await slot.create(present(stores[0], "a store"), running());
      let before = Number.NEGATIVE_INFINITY;
      for (const store of [...stores, ...stores, ...stores]) {
        const { ageMs } = await slot.stands(store);
        const allowedMs = bench.fixture.capabilities.skewMarginMs;
        check(ageMs >= before - allowedMs, `the age falls from ${before} to ${ageMs} ms`);
        before = ageMs;
        await bench.pass(bench.tickMs / 4);
      }
    },
  ),

  storeCase("AGE-05", "must", "by its age a lease lapses, and a renewal restores it", async (bench) => {
    const store = await bench.open();
    const { skewMarginMs, resolutionMs } = bench.fixture.capabilities;
    const leaseMs = bench.tickMs;
    const record: InProgress = { ...running(), leaseMs };
    const slot = new Slot(bench);
    await slot.create(store, record);
    await bench.pass(leaseMs + skewMarginMs + 2 * resolutionMs);
    equal(stateOf(await store.get(slot.id)), "abandoned", "the state after the lease");
    await bench.inTime(async (renewedMs) => {
      await slot.replace(store, { ...record, leaseMs: renewedMs });
      equal(stateOf(await store.get(slot.id)), "in-progress", "the state after a renewal");
    });
  }),
];
