import type { Checkpoints, KeyRecord } from "@oncekey/core";
import { check, equal, isBytes, present } from "../expect.js";
import type { StoreBench } from "./bench.js";
import { bytesOf, completed, freshVersion, released, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase } from "./store-case.js";

const anyText = "ünï🔑 \u0000\u001f\"'\\%_|:{}[]$~\u007f\u2028";

/** Names that are ordinary to a store, and traps to a language or a database. */
const checkpoints: Checkpoints = Object.fromEntries(
  ["charge", "", "a b", "a.b", "$set", "__proto__", "constructor", "toString", "0", "ключ", "🔑", "n".repeat(300)].map(
    (name, index) => [name, bytesOf(index * 7, index)],
  ),
);

/** Records: what is written comes back as the same data. */
export const recordCases = [
  storeCase("REC-01", "must", "a record in progress comes back as it was written", async (bench) => {
    await comeBack(bench, [running()]);
  }),

  storeCase(
    "REC-02",
    "must",
    "checkpoints come back by their names, whatever these are, with their bytes",
    async (bench) => {
      await comeBack(bench, [running(2, checkpoints), running(3, { one: bytesOf(256) })]);
    },
  ),

  storeCase("REC-03", "must", "a result comes back byte for byte, for every value of a byte", async (bench) => {
    const every = bytesOf(256);
    const invalidUtf8 = Uint8Array.of(0xc3, 0x28, 0xff, 0xfe, 0x00, 0xed, 0xa0, 0x80);
    const text = new TextEncoder().encode(`${anyText}\r\n\n `);
    await comeBack(bench, [completed(every), completed(every.toReversed()), completed(invalidUtf8), completed(text)]);
  }),

  storeCase("REC-04", "must", "an empty result comes back as an empty one, not as an omitted one", async (bench) => {
    await comeBack(bench, [completed(new Uint8Array(0))]);
  }),

  storeCase("REC-05", "must", "an omitted result comes back omitted, with its summary or without", async (bench) => {
    const summaries = [bytesOf(256), bytesOf(1_024, 3), new Uint8Array(0)];
    const omitted = summaries.map((summary) => completed({ omitted: true, summary }));
    await comeBack(bench, [completed({ omitted: true }), ...omitted]);
  }),

  storeCase("REC-06", "must", "a released record comes back as it was written", async (bench) => {
    await comeBack(bench, [released(), released(9)]);
  }),

  storeCase("REC-07", "must", "fingerprints of any length and any characters come back", async (bench) => {
    const fingerprints = ["", "s1:", `h1:${"f".repeat(2_000)}`, "s1:ünï🔑 \"'\\%_|:{}"];
    await comeBack(
      bench,
      fingerprints.flatMap((fingerprint) => [
        { ...running(), fingerprint },
        { ...completed(), fingerprint },
      ]),
    );
  }),

  storeCase("REC-08", "must", "large numbers come back exactly, as numbers", async (bench) => {
    const numbers = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER];
    await comeBack(
      bench,
      numbers.flatMap((large) => [
        { ...running(large), leaseMs: large },
        completed(bytesOf(1), large),
        released(large),
      ]),
    );
    await comeBack(bench, [{ ...running(), leaseMs: 0 }]);
  }),

  storeCase("REC-09", "must", "bytes that are a part of a larger buffer are stored as that part", async (bench) => {
    const larger = bytesOf(4_096, 11);
    const part = larger.subarray(100, 420);
    await comeBack(bench, [completed(part), running(2, { part }), completed({ omitted: true, summary: part })]);
  }),

  storeCase(
    "REC-10",
    "must",
    "what a store answered is the caller's: changing it changes nothing that is stored",
    async (bench) => {
      const store = await bench.open();
      for (const record of [completed(bytesOf(64)), running(2, { step: bytesOf(64) })]) {
        const slot = new Slot(bench);
        const write = await store.create(slot.id, freshVersion(), structuredClone(record), bench.longMs);
        check(write.written, "create where nothing stands is written");
        scribble(write.stored.record);
        equal((await store.get(slot.id))?.record, record, "get after the answer of create was changed");
        const read = present(await store.get(slot.id), "get");
        scribble(read.record);
        equal((await store.get(slot.id))?.record, record, "get after the answer of get was changed");
      }
    },
  ),

  storeCase("REC-11", "must", "a refusal carries the record that stands whole, whatever its state", async (bench) => {
    const store = await bench.open();
    const records = [running(2, checkpoints), completed(bytesOf(256)), completed({ omitted: true }), released(3)];
    for (const record of records) {
      const slot = new Slot(bench);
      await slot.create(store, record);
      slot.refused(await bench.timed(() => store.create(slot.id, freshVersion(), running(), bench.longMs)), "create");
      slot.refused(await bench.timed(() => store.remove(slot.id, freshVersion())), "remove");
    }
  }),
];

/** Each record is created, and read by another client; then replaces another one, and is read again. */
async function comeBack(bench: StoreBench, records: readonly KeyRecord[]): Promise<void> {
  const [first, second] = [await bench.open(), await bench.open()];
  for (const record of records) {
    const created = new Slot(bench);
    await created.create(first, record);
    await created.stands(second, "get after create");
    const replaced = new Slot(bench);
    await replaced.create(first, released());
    await replaced.replace(first, record);
    await replaced.stands(second, "get after replace");
  }
}

/** Overwrites every byte of a record. */
function scribble(record: KeyRecord): void {
  if (record.state === "completed" && isBytes(record.result)) record.result.fill(0xee);
  if (record.state === "in-progress") for (const value of Object.values(record.checkpoints ?? {})) value.fill(0xee);
}
