import type { IdempotencyStore } from "@oncekey/core";
import { equal, present, rejected, show } from "../expect.js";
import type { StoreBench } from "./bench.js";
import { completed, freshVersion, running } from "./samples.js";
import { Slot } from "./slot.js";
import { storeCase, transactions } from "./store-case.js";

const only = { needs: [transactions] };

/** `within`: writes that share the fate of the caller's own transaction. */
export const transactionCases = [
  storeCase(
    "TRX-01",
    "must",
    "what is written within a transaction stands when it commits",
    async (bench) => {
      const [store, reader] = [await bench.open(), await bench.open()];
      const slot = new Slot(bench);
      await slot.create(store, running());
      await transact(bench, store, (inside) => slot.replace(inside, completed()));
      await slot.stands(reader, "get after the commit");
    },
    only,
  ),

  storeCase(
    "TRX-02",
    "must",
    "what is written within a transaction is gone when it rolls back",
    async (bench) => {
      const [store, reader] = [await bench.open(), await bench.open()];
      const slot = new Slot(bench);
      const fresh = new Slot(bench);
      await slot.create(store, running());
      let written = false;
      const rolledBack = transact(bench, store, async (inside) => {
        const write = await inside.replace(slot.id, slot.version, freshVersion(), completed());
        await fresh.create(inside, running());
        written = write.written;
        throw new Error("the transaction is to roll back");
      });
      const error = await rejected(rolledBack, "the transaction");
      equal(written, true, `both are written within the transaction, before the error ${show(error)}`);
      await slot.stands(reader, "get after the rollback");
      await fresh.absent(reader, "get of what was created and rolled back");
    },
    only,
  ),

  storeCase(
    "TRX-03",
    "must",
    "nobody else sees what is written within a transaction before it commits",
    async (bench) => {
      const [store, reader] = [await bench.open(), await bench.open()];
      const fresh = new Slot(bench);
      await transact(bench, store, async (inside) => {
        await fresh.create(inside, running());
        await fresh.stands(inside, "get within the transaction");
        await fresh.absent(reader, "get outside, before the commit");
      });
      await fresh.stands(reader, "get outside, after the commit");
    },
    only,
  ),

  storeCase(
    "TRX-04",
    "must",
    "within a transaction the version is judged as it is outside",
    async (bench) => {
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      const former = slot.version;
      await slot.replace(store, running(2));
      await transact(bench, store, async (inside) => {
        const write = await bench.timed(() => inside.replace(slot.id, former, freshVersion(), completed()));
        slot.refused(write, "replace of a former version");
      });
      await slot.stands(store, "get after the commit");
    },
    only,
  ),
];

async function transact(
  bench: StoreBench,
  store: IdempotencyStore,
  body: (inside: IdempotencyStore) => Promise<void>,
): Promise<void> {
  const { fixture } = bench;
  present(fixture.transact, "the transact hook");
  await fixture.transact?.(store, body);
}
