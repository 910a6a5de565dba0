import type { IdempotencyStore } from "@oncekey/core";
import { check, equal, fail, present, rejected, show } from "../expect.js";
import type { StoreBench } from "./bench.js";
import type { FaultHooks } from "./fixture.js";
import { completed, freshVersion, running } from "./samples.js";
import { Slot } from "./slot.js";
import { faultHooks, storeCase } from "./store-case.js";

// The hooks act on the way of all.
const only = { needs: [faultHooks], alone: true };

/** Faults: they throw, they pass, and a write whose reply they swallowed may be repeated. */
export const faultCases = [
  storeCase(
    "FLT-01",
    "must",
    "while the storage cannot be reached every operation throws, and none gives a verdict",
    async (bench) => {
      const faults = faultsOf(bench);
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      await faults.cut();
      await rejected(store.get(slot.id), "get while cut off");
      await rejected(store.get(new Slot(bench).id), "get of an unknown id while cut off");
      await rejected(store.create(new Slot(bench).id, freshVersion(), running(), bench.longMs), "create while cut off");
      await rejected(store.replace(slot.id, slot.version, freshVersion(), completed()), "replace while cut off");
      await rejected(store.remove(slot.id, slot.version), "remove while cut off");
    },
    only,
  ),

  storeCase(
    "FLT-02",
    "must",
    "after a fault what stood still stands, and every operation works again",
    async (bench) => {
      const faults = faultsOf(bench);
      const slot = new Slot(bench);
      await slot.create(await bench.open(), running());
      await faults.cut();
      await faults.heal();
      const store = await bench.open();
      await slot.stands(store, "get after the fault");
      await slot.replace(store, completed());
      await new Slot(bench).create(store, running());
      equal(await store.remove(slot.id, slot.version), { written: true }, "remove after the fault");
    },
    only,
  ),

  storeCase(
    "FLT-03",
    "must",
    "a create whose reply was lost succeeds when it is repeated",
    async (bench) => {
      const slot = new Slot(bench);
      const version = freshVersion();
      const lost = await bench.open();
      await loseReply(bench, () => lost.create(slot.id, version, running(), bench.longMs));
      const store = await bench.open();
      noteApplied(bench, (await store.get(slot.id))?.version === version);
      const again = await store.create(slot.id, version, running(), bench.longMs);
      equal(again.written, true, "the repeated create: written");
      equal((await store.get(slot.id))?.version, version, "the version that stands");
    },
    only,
  ),

  storeCase(
    "FLT-04",
    "must",
    "a replace whose reply was lost succeeds when it is repeated",
    async (bench) => {
      const lost = await bench.open();
      const slot = new Slot(bench);
      await slot.create(lost, running());
      const version = freshVersion();
      await loseReply(bench, () => lost.replace(slot.id, slot.version, version, completed()));
      const store = await bench.open();
      noteApplied(bench, (await store.get(slot.id))?.version === version);
      const again = await store.replace(slot.id, slot.version, version, completed());
      equal(again.written, true, "the repeated replace: written");
      equal((await store.get(slot.id))?.version, version, "the version that stands");
    },
    only,
  ),

  storeCase(
    "FLT-05",
    "must",
    "a remove whose reply was lost succeeds when it is repeated",
    async (bench) => {
      const lost = await bench.open();
      const slot = new Slot(bench);
      await slot.create(lost, running());
      await loseReply(bench, () => lost.remove(slot.id, slot.version));
      const store = await bench.open();
      noteApplied(bench, (await store.get(slot.id)) === undefined);
      equal(await store.remove(slot.id, slot.version), { written: true }, "the repeated remove");
      await slot.absent(store, "get after the repetition");
    },
    only,
  ),

  storeCase(
    "FLT-06",
    "should",
    "the error for a fault has a message, and the driver's error as its cause",
    async (bench) => {
      const faults = faultsOf(bench);
      const store = await bench.open();
      await faults.cut();
      const error = await rejected(store.get(new Slot(bench).id), "get while cut off");
      if (typeof error !== "object" || error === null || !("message" in error)) fail("what is thrown is no error");
      if (typeof error.message !== "string" || error.message === "") fail("the error has no message");
      if (!("cause" in error) || error.cause === undefined) fail("the error has no cause");
    },
    only,
  ),

  storeCase(
    "FLT-07",
    "must",
    "while answers are slow, every operation tells the truth or throws",
    async (bench) => {
      const faults = faultsOf(bench);
      const store = await bench.open();
      const slots = [new Slot(bench), new Slot(bench), new Slot(bench), new Slot(bench)] as const;
      for (const slot of slots) await slot.create(store, running());
      const [read, claimed, replaced, removed] = slots;
      await faults.slow(SLOW_MS);
      await Promise.all([
        trueOrThrown(bench, store.get(read.id), "get", (stored) => stored?.version === read.version),
        trueOrThrown(
          bench,
          store.create(claimed.id, freshVersion(), running(), bench.longMs),
          "create where a record stands",
          (write) => !write.written && write.current?.version === claimed.version,
        ),
        trueOrThrown(
          bench,
          store.replace(replaced.id, freshVersion(), freshVersion(), completed()),
          "replace of another version",
          (write) => !write.written && write.current?.version === replaced.version,
        ),
        trueOrThrown(
          bench,
          store.remove(removed.id, freshVersion()),
          "remove of another version",
          (removal) => !removal.written && removal.current.version === removed.version,
        ),
      ]);
      await faults.heal();
      const after = await bench.open();
      for (const slot of slots) await slot.stands(after, "get when answers are fast again");
    },
    only,
  ),

  storeCase(
    "FLT-08",
    "should",
    "a client that was open during a fault works again after it, without being opened anew",
    async (bench) => {
      const faults = faultsOf(bench);
      const store = await bench.open();
      const slot = new Slot(bench);
      await slot.create(store, running());
      await faults.cut();
      await works(store, slot.id);
      await faults.heal();
      for (let waitedMs = 0; !(await works(store, slot.id)); waitedMs += 50) {
        check(waitedMs < RECOVERY_MS, `the client fails ${RECOVERY_MS} ms after the fault has passed`);
        await bench.sleep(50);
      }
      await slot.stands(store, "get by the same client after the fault");
      await slot.replace(store, completed());
    },
    only,
  ),
];

/** Longer than a reply takes, and shorter than a client should wait for one. */
const SLOW_MS = 150;

/** Clients wait longer and longer between two tries to connect; they should be back by then. */
const RECOVERY_MS = 5_000;

/** An answer, where there is one, must be so. */
async function trueOrThrown<Answer>(
  bench: StoreBench,
  call: Promise<Answer>,
  what: string,
  holds: (answer: Answer) => boolean,
): Promise<void> {
  let answer: Answer;
  try {
    answer = await call;
  } catch {
    bench.note(`${what}: the client did not wait`);
    return;
  }
  check(holds(answer), `${what}, with a slow answer\nactual:   ${show(answer)}`);
}

async function works(store: IdempotencyStore, id: string): Promise<boolean> {
  return store.get(id).then(
    () => true,
    () => false,
  );
}

/** The hooks, which are set back when the case ends. */
function faultsOf(bench: StoreBench): FaultHooks {
  const faults = present(bench.fixture.faults, "fault hooks");
  bench.defer(() => faults.heal());
  return faults;
}

/** Sends a call whose reply is on its way when the connection breaks. */
async function loseReply(bench: StoreBench, call: () => Promise<unknown>): Promise<void> {
  const faults = faultsOf(bench);
  await faults.slow(5_000);
  const reply = rejected(call(), "a call whose connection breaks before the reply");
  await bench.sleep(100);
  await faults.cut();
  await reply;
  await faults.heal();
}

function noteApplied(bench: StoreBench, applied: boolean): void {
  bench.note(applied ? "the write had been applied when its reply was lost" : "the write had not been applied");
}
