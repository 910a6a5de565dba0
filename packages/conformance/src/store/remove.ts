import { equal } from "../expect.js";
import { completed, freshVersion, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

/** `remove`: vacates the id if the version that the caller saw stands there. */
export const removeCases = [
  storeCase("REM-01", "must", "remove of the version that stands removes it, for every client", async (bench) => {
    const [first, second] = [await bench.open(), await bench.open()];
    const slot = new Slot(bench);
    await slot.create(first, running());
    equal(await first.remove(slot.id, slot.version), { written: true }, "remove");
    await slot.absent(first);
    await slot.absent(second, "get by another client");
  }),

  storeCase(
    "REM-02",
    "must",
    "remove of a version that does not stand is refused and changes nothing",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      const former = slot.version;
      await slot.replace(store, completed());
      for (const version of [former, freshVersion()]) {
        equal((await store.remove(slot.id, version)).written, false, "remove of another version: written");
      }
      await slot.stands(store, "get after the refusals");
    },
  ),

  storeCase("REM-03", "must", "the refusal of a remove carries what stands", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, completed());
    await bench.pass(bench.tickMs);
    const stray = await bench.timed(() => store.remove(slot.id, freshVersion()));
    slot.refused(stray, "remove of another version");
  }),

  storeCase("REM-04", "must", "remove where nothing stands counts as removed", async (bench) => {
    const store = await bench.open();
    equal(await store.remove(new Slot(bench).id, freshVersion()), { written: true }, "remove where nothing stands");
  }),

  storeCase(
    "REM-05",
    "must",
    "after a remove the id begins afresh, and the removed version gives no right",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, completed());
      const former = slot.version;
      await store.remove(slot.id, former);
      const late = await store.replace(slot.id, former, freshVersion(), completed());
      equal(late, { written: false, current: undefined }, "replace of the removed version");
      await slot.create(store, running(), 2 * bench.longMs);
      await slot.stands(store, "get after the second create");
    },
  ),
];
