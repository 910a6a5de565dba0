import { type Completed, encodeRecord } from "@oncekey/core";
import { equal, rejected } from "../expect.js";
import type { StoreBench } from "./bench.js";
import { bytesOf, completed, freshVersion, released, running } from "./samples.js";
import { Slot } from "./slot.js";
import { reachableLimit, storeCase, takes } from "./store-case.js";

const KIB = 1_024;

/** Sizes: up to the declared limit a record is kept whole; beyond it, nothing is written at all. */
export const sizeCases = [
  storeCase(
    "SIZ-01",
    "must",
    "results and checkpoints of 64 KiB are kept whole",
    async (bench) => {
      const half = bytesOf(32 * KIB - 64, 5);
      await kept(bench, completed(bytesOf(64 * KIB, 1)));
      await kept(bench, running(2, { first: half, second: half }));
    },
    { needs: [takes(65 * KIB)] },
  ),

  storeCase(
    "SIZ-02",
    "must",
    "a result of 1 MiB is kept whole",
    async (bench) => {
      await kept(bench, completed(bytesOf(KIB * KIB, 2)));
    },
    { needs: [takes(KIB * KIB + KIB)] },
  ),

  storeCase(
    "SIZ-03",
    "must",
    "a record of exactly the declared limit is kept whole",
    async (bench) => {
      await kept(bench, ofEncodedSize(bench.fixture.capabilities.maxRecordBytes));
    },
    { needs: [reachableLimit] },
  ),

  storeCase(
    "SIZ-04",
    "must",
    "a create one byte beyond the limit throws, and writes nothing",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      const large = ofEncodedSize(bench.fixture.capabilities.maxRecordBytes + 1);
      await rejected(store.create(slot.id, freshVersion(), large, bench.longMs), "create beyond the limit");
      await slot.absent(store, "get after the error");
    },
    { needs: [reachableLimit] },
  ),

  storeCase(
    "SIZ-05",
    "must",
    "a replace one byte beyond the limit throws, and leaves what stands",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      const large = ofEncodedSize(bench.fixture.capabilities.maxRecordBytes + 1);
      await rejected(store.replace(slot.id, slot.version, freshVersion(), large), "replace beyond the limit");
      await slot.stands(store, "get after the error");
    },
    { needs: [reachableLimit] },
  ),

  storeCase(
    "SIZ-06",
    "should",
    "the error for a record beyond the limit has the code RECORD_TOO_LARGE",
    async (bench) => {
      const store = await bench.open();
      const large = ofEncodedSize(bench.fixture.capabilities.maxRecordBytes + 1);
      const create = store.create(new Slot(bench).id, freshVersion(), large, bench.longMs);
      const error = await rejected(create, "create beyond the limit");
      const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
      equal(code, "RECORD_TOO_LARGE", "the error's code");
    },
    { needs: [reachableLimit] },
  ),

  storeCase(
    "SIZ-07",
    "must",
    "large and small records may follow each other, and leave nothing of one another",
    async (bench) => {
      const [store, reader] = [await bench.open(), await bench.open()];
      const bytes = Math.min(bench.fixture.capabilities.maxRecordBytes - KIB, 256 * KIB);
      const slot = new Slot(bench);
      await slot.create(store, completed(bytesOf(bytes, 1)));
      for (const record of [completed(bytesOf(bytes, 2)), running(2), completed(bytesOf(bytes, 3)), released(3)]) {
        await slot.replace(store, record);
        await slot.stands(reader, "get after replace");
      }
      await slot.replace(store, completed(bytesOf(bytes, 4)));
      await store.remove(slot.id, slot.version);
      await slot.absent(reader, "get after the remove of a large record");
      await slot.create(store, completed(bytesOf(16)));
      await slot.stands(reader, "get after a small record in its place");
    },
    { needs: [takes(16 * KIB)] },
  ),
];

async function kept(bench: StoreBench, record: Completed | ReturnType<typeof running>): Promise<void> {
  const [first, second] = [await bench.open(), await bench.open()];
  const created = new Slot(bench);
  await created.create(first, record);
  await created.stands(second, "get after create");
  const replaced = new Slot(bench);
  await replaced.create(first, running());
  await replaced.replace(first, record);
  await replaced.stands(second, "get after replace");
  // Others list this storage: megabytes would be in their way.
  for (const { id, version } of [created, replaced]) await first.remove(id, version);
}

function ofEncodedSize(bytes: number): Completed {
  const empty = encodeRecord(completed(new Uint8Array(0))).byteLength;
  return completed(bytesOf(bytes - empty));
}
