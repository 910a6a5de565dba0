import { check, equal } from "../expect.js";
import { completed, freshVersion, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");

/** Versions of every shape that the contract allows; neighbours differ as little as can be. */
const shapes = [
  "0",
  "a",
  "A",
  "a ",
  " a",
  "1",
  "01",
  "1.0",
  "true",
  "null",
  "%",
  "_",
  "'",
  '"',
  "\\",
  "\\0",
  "a|b",
  "a:b",
];
const longShapes = [printable.slice(0, 64), printable.slice(31), "v".repeat(64), `${"v".repeat(63)}w`];

/** Versions: a write repeated under its own version is one write, and no version has any other power. */
export const versionCases = [
  storeCase("VER-01", "must", "a create repeated under its own version succeeds and changes nothing", async (bench) => {
    const [first, second] = [await bench.open(), await bench.open()];
    const slot = new Slot(bench);
    await slot.create(first, running());
    for (const store of [first, second]) {
      await bench.pass(bench.tickMs);
      const repeat = () => store.create(slot.id, slot.version, slot.record, bench.longMs);
      slot.written(await bench.timed(repeat), "the repeated create");
      await slot.stands(store, "get after the repetition");
    }
  }),

  storeCase(
    "VER-02",
    "must",
    "a replace repeated under its own version succeeds and changes nothing",
    async (bench) => {
      const [first, second] = [await bench.open(), await bench.open()];
      const slot = new Slot(bench);
      await slot.create(first, running());
      const former = slot.version;
      await slot.replace(first, completed(), bench.longMs);
      for (const store of [first, second]) {
        await bench.pass(bench.tickMs);
        const repeat = () => store.replace(slot.id, former, slot.version, slot.record, bench.longMs);
        slot.written(await bench.timed(repeat), "the repeated replace");
        await slot.stands(store, "get after the repetition");
      }
    },
  ),

  storeCase("VER-03", "must", "a remove that is repeated succeeds again", async (bench) => {
    const [first, second] = [await bench.open(), await bench.open()];
    const slot = new Slot(bench);
    await slot.create(first, running());
    for (const store of [first, first, second]) {
      equal(await store.remove(slot.id, slot.version), { written: true }, "remove");
    }
  }),

  storeCase("VER-04", "must", "a create repeated after another write is refused by that write", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    const own = slot.version;
    await slot.replace(store, completed());
    const repeat = await bench.timed(() => store.create(slot.id, own, running(), bench.longMs));
    slot.refused(repeat, "the repeated create");
  }),

  storeCase("VER-05", "must", "a replace repeated after another write is refused by that write", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running(1));
    const former = slot.version;
    await slot.replace(store, running(2));
    const own = slot.version;
    await slot.replace(store, running(3));
    const repeat = await bench.timed(() => store.replace(slot.id, former, own, running(2)));
    slot.refused(repeat, "the repeated replace");
  }),

  storeCase(
    "VER-06",
    "must",
    "the version of a refused write is forgotten: it stands nowhere and gives no right",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      const [refusedCreate, refusedReplace] = [freshVersion(), freshVersion()];
      await store.create(slot.id, refusedCreate, running(7), bench.longMs);
      await store.replace(slot.id, freshVersion(), refusedReplace, running(8));
      for (const version of [refusedCreate, refusedReplace]) {
        const stray = await store.replace(slot.id, version, freshVersion(), completed());
        equal(stray.written, false, "replace of a version that was refused: written");
        equal((await store.remove(slot.id, version)).written, false, "remove of a version that was refused: written");
      }
      await slot.stands(store, "get after the refusals");
    },
  ),

  storeCase(
    "VER-07",
    "must",
    "versions of 1 to 64 printable characters are kept, and compared exactly",
    async (bench) => {
      const store = await bench.open();
      for (const version of [...shapes, ...longShapes]) {
        const slot = new Slot(bench);
        await slot.create(store, running(), bench.longMs, version);
        const stored = await slot.stands(store, `get of version ${JSON.stringify(version)}`);
        check(stored.version === version, "the version comes back as it was given");
        const others = [...shapes, ...longShapes, version.slice(0, -1) || "b", `${version.slice(0, 63)}#`];
        const refused = others.filter((each) => each !== version);
        const strays = await Promise.all(refused.map((other) => store.remove(slot.id, other)));
        for (const [index, { written }] of strays.entries()) {
          check(
            !written,
            `version ${JSON.stringify(version)} stands, and ${JSON.stringify(refused[index])} removes it`,
          );
        }
        await slot.replace(store, completed(), undefined, `${version.slice(0, 63)}#`);
      }
    },
  ),
];
