import { completed, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

/** `get`: reads what stands, and changes nothing. */
export const getCases = [
  storeCase("GET-01", "must", "get answers undefined for an id that was never written", async (bench) => {
    const store = await bench.open();
    await new Slot(bench).absent(store);
  }),

  storeCase("GET-02", "must", "every client reads at once what any client was told is written", async (bench) => {
    const [first, second] = [await bench.open(), await bench.open()];
    const slot = new Slot(bench);
    await slot.create(first, running());
    await slot.stands(second, "get by another client, after create");
    await slot.replace(second, completed());
    await slot.stands(first, "get by another client, after replace");
    await slot.replace(second, completed());
    await slot.stands(first, "the same, a second time");
  }),

  storeCase("GET-03", "must", "reading changes neither the record nor its age nor its expiry", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, completed());
    for (let reads = 0; reads < 3; reads++) {
      await bench.pass(bench.tickMs);
      await slot.stands(store, `get number ${reads + 1}`);
    }
  }),
];
