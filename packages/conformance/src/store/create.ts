import { equal } from "../expect.js";
import { completed, freshVersion, released, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

/** `create`: writes where nothing live stands, and only there. */
export const createCases = [
  storeCase(
    "CRE-01",
    "must",
    "create writes where nothing stands, and answers with what then stands",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      await slot.stands(store);
    },
  ),

  storeCase("CRE-02", "must", "create over a live record is refused and changes nothing", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    const late = await bench.timed(() => store.create(slot.id, freshVersion(), running(7), 2 * bench.longMs));
    equal(late.value.written, false, "create over a live record: written");
    await slot.stands(store, "get after the refusal");
  }),

  storeCase("CRE-03", "must", "the refusal of a create carries what stands", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, completed());
    await bench.pass(bench.tickMs);
    const late = await bench.timed(() => store.create(slot.id, freshVersion(), running(7), bench.longMs));
    slot.refused(late, "create over a live record");
  }),

  storeCase("CRE-04", "must", "a record of any state blocks a create", async (bench) => {
    const store = await bench.open();
    for (const record of [running(), completed(), completed({ omitted: true }), released()]) {
      const slot = new Slot(bench);
      await slot.create(store, record);
      const late = await bench.timed(() => store.create(slot.id, freshVersion(), running(7), bench.longMs));
      equal(late.value.written, false, `create over a record ${record.state}: written`);
    }
  }),

  storeCase("CRE-05", "must", "what one client creates blocks every other client", async (bench) => {
    const [first, second] = [await bench.open(), await bench.open()];
    const slot = new Slot(bench);
    await slot.create(first, running());
    const late = await bench.timed(() => second.create(slot.id, freshVersion(), running(7), bench.longMs));
    equal(late.value.written, false, "create by another client: written");
  }),
];
