import { equal } from "../expect.js";
import { completed, freshId, freshVersion, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

/** Ids: each names a record of its own. */
export const idCases = [
  storeCase(
    "IDS-01",
    "must",
    "ids of every character of base64url are kept apart, down to one character at any place, or its case",
    async (bench) => {
      const store = await bench.open();
      const slots = neighbours(freshId()).map((id) => new Slot(bench, id));
      // Some at a time: there are many, and none should mind the others.
      for (let from = 0; from < slots.length; from += 8) {
        await Promise.all(
          slots.slice(from, from + 8).map((slot, index) => slot.create(store, running(from + index + 1))),
        );
      }
      for (let from = 0; from < slots.length; from += 8) {
        await Promise.all(slots.slice(from, from + 8).map((slot) => slot.stands(store, `get of ${slot.id}`)));
      }
    },
  ),

  storeCase("IDS-02", "must", "what is done to one id leaves the others as they are", async (bench) => {
    const store = await bench.open();
    const [slot, neighbour] = [new Slot(bench), new Slot(bench)];
    await slot.create(store, running());
    await neighbour.create(store, running(2));
    await bench.pass(bench.tickMs);
    await neighbour.replace(store, completed(), 2 * bench.longMs);
    await slot.stands(store, "get after a write to another id");
    await store.remove(neighbour.id, neighbour.version);
    await slot.stands(store, "get after a remove of another id");
  }),

  storeCase("IDS-03", "must", "a version that stands under one id gives no right under another", async (bench) => {
    const store = await bench.open();
    const [slot, neighbour] = [new Slot(bench), new Slot(bench)];
    await slot.create(store, running());
    await neighbour.create(store, running(2));
    const write = await store.replace(neighbour.id, slot.version, freshVersion(), completed());
    equal(write.written, false, "replace by the version of another id: written");
    equal((await store.remove(neighbour.id, slot.version)).written, false, "remove by it: written");
    const repeat = await store.create(neighbour.id, slot.version, slot.record, bench.longMs);
    equal(repeat.written, false, "create under it: written");
    await neighbour.stands(store, "get after the refusals");
  }),
];

/** Ids that differ in as little as an id can: at every place, by every character, and in case at the ends. */
function neighbours(id: string): readonly string[] {
  const middle = id.slice(2, -2);
  const ends = ["--", "__", "-_", "_-", "AA", "aa", "Aa", "aA", "00", "zz"];
  const around = [...ends.map((end) => `${end}${middle}--`), ...ends.map((end) => `--${middle.slice(1)}A${end}`)];
  // Every character once, and every place at least once.
  const others = Array.from({ length: ALPHABET.length }, (_, number) => {
    const place = number % id.length;
    return `${id.slice(0, place)}${ALPHABET[number]}${id.slice(place + 1)}`;
  });
  return [...new Set([...around, ...others])];
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
