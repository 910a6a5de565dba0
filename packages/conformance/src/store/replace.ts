import type { KeyRecord } from "@oncekey/core";
import { equal } from "../expect.js";
import { completed, freshVersion, released, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

/** `replace`: writes over the version that the caller saw, and over no other. */
export const replaceCases = [
  storeCase(
    "REP-01",
    "must",
    "replace writes over the version that stands, and answers with what then stands",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      await slot.replace(store, completed());
      await slot.stands(store);
    },
  ),

  storeCase(
    "REP-02",
    "must",
    "replace of a version that does not stand is refused and changes nothing",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      const stray = await store.replace(slot.id, freshVersion(), freshVersion(), completed(), 2 * bench.longMs);
      equal(stray.written, false, "replace of another version: written");
      await slot.stands(store, "get after the refusal");
    },
  ),

  storeCase("REP-03", "must", "the refusal of a replace carries what stands", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    await bench.pass(bench.tickMs);
    const stray = await bench.timed(() => store.replace(slot.id, freshVersion(), freshVersion(), completed()));
    slot.refused(stray, "replace of another version");
  }),

  storeCase(
    "REP-04",
    "must",
    "replace where nothing stands is refused without a record, and creates nothing",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      const write = await store.replace(slot.id, freshVersion(), freshVersion(), completed(), bench.longMs);
      equal(write, { written: false, current: undefined }, "replace where nothing stands");
      await slot.absent(store, "get after the refusal");
    },
  ),

  storeCase("REP-05", "must", "a version that was replaced is no ground for another replace", async (bench) => {
    const [first, second] = [await bench.open(), await bench.open()];
    const slot = new Slot(bench);
    await slot.create(first, running(1));
    const former = slot.version;
    await slot.replace(second, running(2));
    const stale = await first.replace(slot.id, former, freshVersion(), completed());
    equal(stale.written, false, "replace of the version before: written");
    await slot.stands(second, "get after the refusal");
  }),

  storeCase("REP-06", "must", "any state may follow any state: the store knows no order of them", async (bench) => {
    const store = await bench.open();
    const records: readonly KeyRecord[] = [running(), completed(), completed({ omitted: true }), released()];
    for (const before of records) {
      for (const after of records) {
        const slot = new Slot(bench);
        await slot.create(store, before);
        await slot.replace(store, after);
        await slot.stands(store, `get after ${before.state} was replaced by ${after.state}`);
      }
    }
  }),
];
