import { check, equal, show } from "../expect.js";
import type { StoreBench } from "./bench.js";
import { completed, freshVersion, released, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

const dayMs = 86_400_000;

/** Expiry: it is judged inside each step, and an expired record is no record. */
export const expiryCases = [
  storeCase(
    "EXP-01",
    "must",
    "a record is read until its retention ends, and not any more from then on",
    async (bench) => {
      const store = await bench.open();
      const id = new Slot(bench).id;
      const retentionMs = bench.shortMs;
      const create = await bench.timed(() => store.create(id, freshVersion(), running(), retentionMs));
      for (const stepMs of approach(bench, retentionMs)) {
        await bench.pass(stepMs);
        const read = await bench.timed(() => store.get(id));
        const age = bench.between(create, read);
        if (read.value === undefined) {
          check(
            age.maxMs + bench.roundingMs >= retentionMs,
            `the record was gone after ${age.maxMs} of ${retentionMs} ms`,
          );
        } else {
          const late = age.minMs >= retentionMs + bench.expiryLagMs;
          check(!late, `a record of ${retentionMs} ms is read after ${age.minMs} ms\nactual:   ${show(read.value)}`);
          check(read.value.expiresInMs > 0, `a record that is read lives\nactual:   ${show(read.value)}`);
        }
      }
    },
  ),

  storeCase("EXP-02", "must", "create over an expired record begins a fresh lifetime", async (bench) => {
    const store = await bench.open();
    const slot = await expired(bench);
    await slot.create(store, running(1), bench.longMs);
    await slot.stands(store, "get after the second create");
  }),

  storeCase("EXP-03", "must", "replace of an expired record finds nothing", async (bench) => {
    const store = await bench.open();
    const slot = await expired(bench);
    const write = await store.replace(slot.id, slot.version, freshVersion(), completed(), bench.longMs);
    equal(write, { written: false, current: undefined }, "replace of an expired record");
    await slot.absent(store, "get after the refusal");
  }),

  storeCase("EXP-04", "must", "remove of an expired record finds nothing, which counts as removed", async (bench) => {
    const store = await bench.open();
    const slot = await expired(bench);
    equal(await store.remove(slot.id, freshVersion()), { written: true }, "remove, by any version");
  }),

  storeCase("EXP-05", "must", "an expired record does not make a repeated write a success", async (bench) => {
    const store = await bench.open();
    const slot = await expired(bench);
    const repeat = await store.replace(slot.id, freshVersion(), slot.version, slot.record, bench.longMs);
    equal(repeat, { written: false, current: undefined }, "the repeated replace");
  }),

  storeCase("EXP-06", "must", "replace without keepMs leaves the expiry as it was", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    await bench.pass(bench.tickMs);
    await slot.replace(store, completed());
    await slot.stands(store);
  }),

  storeCase("EXP-07", "must", "keepMs beyond the expiry moves it to so much from now", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    await bench.pass(bench.tickMs);
    await slot.replace(store, running(2), 2 * bench.longMs);
    await slot.stands(store);
  }),

  storeCase("EXP-08", "must", "keepMs within the expiry does not move it: it is never lowered", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    await slot.create(store, running());
    await bench.pass(bench.tickMs);
    for (const keepMs of [1, bench.longMs / 2, bench.longMs - bench.tickMs])
      await slot.replace(store, running(2), keepMs);
    await slot.stands(store);
  }),

  storeCase("EXP-09", "must", "a record whose expiry was raised outlives the first one", async (bench) => {
    const store = await bench.open();
    let slot = new Slot(bench);
    const retentionMs = await bench.inTime(async (shortMs) => {
      slot = new Slot(bench);
      await slot.create(store, running(), shortMs);
      await slot.replace(store, running(2), bench.longMs);
    });
    await bench.passExpiry(retentionMs);
    await slot.stands(store, "get after the first expiry");
    const late = await store.create(slot.id, freshVersion(), running(7), bench.longMs);
    equal(late.written, false, "create after the first expiry: written");
    await slot.replace(store, completed());
  }),

  storeCase(
    "EXP-10",
    "must",
    "a record whose expiry was not raised ends with its first one, whatever was written",
    async (bench) => {
      const store = await bench.open();
      let slot = new Slot(bench);
      const retentionMs = await bench.inTime(async (shortMs) => {
        slot = new Slot(bench);
        await slot.create(store, running(), shortMs);
        await slot.replace(store, running(2));
        await slot.replace(store, completed(), 1);
      });
      await bench.passExpiry(retentionMs);
      await slot.absent(store, "get after the expiry");
    },
  ),

  storeCase("EXP-11", "must", "retentions of a day, a month and ten years are kept", async (bench) => {
    const store = await bench.open();
    for (const days of [1, 31, 3_660]) {
      const slot = new Slot(bench);
      await slot.create(store, released(), days * dayMs);
      await slot.replace(store, running(2), 2 * days * dayMs);
      await slot.stands(store, `get with a retention of ${2 * days} days`);
    }
  }),

  storeCase("EXP-12", "must", "a retention of one millisecond is written, and ends", async (bench) => {
    const store = await bench.open();
    const slot = new Slot(bench);
    const write = await store.create(slot.id, freshVersion(), running(), 1);
    equal(write.written, true, "create with a retention of 1 ms: written");
    await bench.passExpiry(Math.max(1, bench.fixture.capabilities.resolutionMs));
    await slot.absent(store);
  }),

  storeCase(
    "EXP-13",
    "must",
    "until its retention ends a record stands for writes too, not for get alone",
    async (bench) => {
      const store = await bench.open();
      // Not a whole number of seconds: a clock that counts in those would be late or early by a part of one.
      const retentionMs = bench.shortMs + bench.tickMs / 2;
      const create = async () => {
        const [id, version] = [new Slot(bench).id, freshVersion()];
        return { id, version, made: await bench.timed(() => store.create(id, version, running(), retentionMs)) };
      };
      const [claimed, taken, removed] = [await create(), await create(), await create()];
      await bench.pass(retentionMs - bench.tickMs / 4);
      // A clock that counts in milliseconds begins a record's life at the last one that is whole.
      const leastMs = retentionMs - bench.fixture.capabilities.resolutionMs;
      const stood = async ({ made }: typeof claimed, what: string, call: () => Promise<boolean>) => {
        const answer = await bench.timed(call);
        const ageMs = bench.between(made, answer).maxMs;
        check(answer.value || ageMs >= leastMs, `${what}: the record was gone after ${ageMs} of ${retentionMs} ms`);
      };
      const next = freshVersion();
      await stood(
        claimed,
        "create",
        async () => !(await store.create(claimed.id, next, running(), bench.longMs)).written,
      );
      await stood(
        taken,
        "replace",
        async () => (await store.replace(taken.id, taken.version, next, completed())).written,
      );
      await stood(removed, "remove", async () => !(await store.remove(removed.id, next)).written);
    },
  ),
];

/** The waits between the reads that watch a record expire: just before, exactly at, and after, where time can be set. */
function approach(bench: StoreBench, retentionMs: number): readonly number[] {
  const { resolutionMs, skewMarginMs } = bench.fixture.capabilities;
  if (bench.fixture.advance !== undefined) {
    return [retentionMs - resolutionMs, resolutionMs, skewMarginMs, bench.expiryLagMs - skewMarginMs, bench.tickMs];
  }
  const stepMs = bench.tickMs / 4;
  return Array.from({ length: Math.ceil((retentionMs + bench.expiryLagMs) / stepMs) + 2 }, () => stepMs);
}

/** An id under which a record has just expired. */
async function expired(bench: StoreBench): Promise<Slot> {
  const store = await bench.open();
  let slot = new Slot(bench);
  const retentionMs = await bench.inTime(async (shortMs) => {
    slot = new Slot(bench);
    await slot.create(store, completed(), shortMs);
  });
  await bench.passExpiry(retentionMs);
  return slot;
}
