import type { IdempotencyStore, KeyRecord, Write } from "@oncekey/core";
import { check, equal, present, show } from "../expect.js";
import type { StoreBench } from "./bench.js";
import { completed, freshId, freshVersion, running } from "./samples.js";
import { raceCaveat, storeCase, takes } from "./store-case.js";

const CLIENTS = 4;
const RACERS = 16;
const ROUNDS = 8;
const LARGE_BYTES = 64 * 1_024;

/** Races: between calls of several clients under way at once, each step is atomic. */
export const raceCases = [
  storeCase(
    "RAC-01",
    "must",
    "of creates that race for one id exactly one is written, and the others name it",
    async (bench) => {
      const stores = await bench.openMany(CLIENTS);
      await rounds(async () => {
        const id = freshId();
        const writes = await burst(stores, id, bench.longMs);
        const winner = oneWinner(writes, "creates");
        for (const { write } of writes) if (!write.written) named(write.current, winner, "the refusal of a create");
        named(await present(stores[0], "a store").get(id), winner, "get after the race");
      });
    },
    raceCaveat,
  ),

  storeCase(
    "RAC-02",
    "must",
    "of replaces that race over one version exactly one is written, and the others name it",
    async (bench) => {
      const stores = await bench.openMany(CLIENTS);
      await rounds(async () => {
        const { id, version: expected } = await standing(bench, stores);
        const writes = await race(stores, async (store, racer) => {
          const [version, record] = [freshVersion(), running(racer + 2)];
          return { version, record, write: await store.replace(id, expected, version, record) };
        });
        const winner = oneWinner(writes, "replaces");
        for (const { write } of writes) if (!write.written) named(write.current, winner, "the refusal of a replace");
        named(await present(stores[0], "a store").get(id), winner, "get after the race");
      });
    },
    raceCaveat,
  ),

  storeCase(
    "RAC-03",
    "must",
    "a count that many clients raise by replace loses no step",
    async (bench) => {
      const stores = await bench.openMany(CLIENTS);
      const { id } = await standing(bench, stores, running(1));
      const steps = 5;
      let refusals = 0;
      const most = 10 * RACERS * RACERS * steps;
      await race(stores, async (store) => {
        for (let done = 0; done < steps; ) {
          const { version, record } = present(await store.get(id), "get of the count");
          const write = await store.replace(id, version, freshVersion(), running(record.attempt + 1));
          if (write.written) done += 1;
          else {
            refusals += 1;
            check(refusals < most, `${refusals} replaces of the version that was just read are refused`);
            const current = present(write.current, "the refusal carries the count that stands");
            check(current.version !== version, "a refusal carries the very version that was expected");
            await bench.turn();
          }
        }
      });
      const end = present(await present(stores[0], "a store").get(id), "get of the count in the end");
      equal(end.record.attempt, 1 + RACERS * steps, "the count in the end");
      bench.note(`${RACERS * steps} steps, ${refusals} refusals`);
    },
    raceCaveat,
  ),

  storeCase(
    "RAC-04",
    "must",
    "of creates that wait for a record to expire exactly one is written",
    async (bench) => {
      const stores = await bench.openMany(CLIENTS);
      const { id, version: first } = await standing(bench, stores, running(1), bench.shortMs);
      let expiring = true;
      const bursts: Burst[] = [];
      const creating = async () => {
        // The last burst begins after the expiry, so at least one of its racers finds something new.
        for (let last = false; !last; await bench.sleep(1)) {
          last = !expiring;
          bursts.push(await burst(stores, id, bench.longMs));
        }
      };
      const passing = bench.passExpiry(bench.shortMs).finally(() => {
        expiring = false;
      });
      await Promise.all([creating(), passing]);
      const winner = oneWinner(bursts.flat(), "creates over an expired record");
      for (const { write } of bursts.flat()) {
        if (!write.written && write.current?.version !== first) named(write.current, winner, "the refusal of a create");
      }
      named(await present(stores[0], "a store").get(id), winner, "get after the race");
    },
    raceCaveat,
  ),

  storeCase(
    "RAC-05",
    "must",
    "of a remove and a replace that race over one version only one takes effect",
    async (bench) => {
      const stores = await bench.openMany(2);
      const [one, other] = [present(stores[0], "a store"), present(stores[1], "a store")];
      let removed = 0;
      await rounds(async (round) => {
        const { id, version: expected } = await standing(bench, stores);
        const next = { version: freshVersion(), record: completed() };
        const replace = () => one.replace(id, expected, next.version, next.record);
        const remove = () => other.remove(id, expected);
        const [write, removal] =
          round % 2 === 0
            ? await Promise.all([replace(), remove()])
            : await Promise.all([remove(), replace()]).then(([second, first]) => [first, second] as const);
        const left = await one.get(id);
        if (removal.written) {
          removed += 1;
          equal(write, { written: false, current: undefined }, "replace beside a remove that took effect");
          equal(left, undefined, "get after a remove that took effect");
        } else {
          check(write.written, `both are refused: remove by ${show(removal.current)}, replace by ${show(write)}`);
          named(removal.current, next, "the refusal of the remove");
          named(left, next, "get after a replace that took effect");
        }
      });
      bench.note(`${removed} of ${ROUNDS} won by the remove`);
    },
    raceCaveat,
  ),

  storeCase(
    "RAC-06",
    "must",
    "copies of one write that arrive at once all succeed, and it is written once",
    async (bench) => {
      const stores = await bench.openMany(CLIENTS);
      await rounds(async () => {
        const [id, first, second] = [freshId(), freshVersion(), freshVersion()];
        const creates = await race(stores, (store) => store.create(id, first, running(1), bench.longMs));
        equal(
          creates.every((write) => write.written && write.stored.version === first),
          true,
          "all copies of the create",
        );
        const replaces = await race(stores, (store) => store.replace(id, first, second, running(2)));
        equal(
          replaces.every((write) => write.written && write.stored.version === second),
          true,
          "all copies of the replace",
        );
        const removals = await race(stores, (store) => store.remove(id, second));
        equal(
          removals.every((removal) => removal.written),
          true,
          "all copies of the remove",
        );
      });
    },
    raceCaveat,
  ),

  storeCase(
    "RAC-07",
    "must",
    "a read beside writes sees one write whole: its version with its record",
    async (bench) => {
      const stores = await bench.openMany(CLIENTS);
      const id = freshId();
      const versionOf = (attempt: number) => `write-${attempt}`;
      const writer = present(stores[0], "a store");
      await writer.create(id, versionOf(1), running(1), bench.longMs);
      let writing = true;
      let reads = 0;
      const reading = race(stores.slice(1), async (store) => {
        do {
          const { version, record } = present(await store.get(id), "get beside writes");
          equal(version, versionOf(record.attempt), `the version of the record with attempt ${record.attempt}`);
          reads += 1;
          await bench.turn();
        } while (writing);
      });
      const writes = async () => {
        for (let attempt = 2; attempt <= 40; attempt++) {
          const write = await writer.replace(id, versionOf(attempt - 1), versionOf(attempt), running(attempt));
          if (!write.written) equal(write, { written: true }, "replace by the only writer");
        }
      };
      const written = writes().finally(() => {
        writing = false;
      });
      await Promise.all([reading, written]);
      bench.note(`${reads} reads beside 39 writes`);
    },
    raceCaveat,
  ),

  storeCase(
    "RAC-08",
    "must",
    "a read beside writes of large records sees one write whole, also where a store keeps them in parts",
    async (bench) => {
      const stores = await bench.openMany(CLIENTS);
      const id = freshId();
      const writer = present(stores[0], "a store");
      const version = (attempt: number) => `write-${attempt}`;
      const large = (attempt: number) => completed(new Uint8Array(LARGE_BYTES).fill(attempt), attempt);
      await writer.create(id, version(1), large(1), bench.longMs);
      let writing = true;
      let reads = 0;
      const reading = Promise.all(
        stores.slice(1).map(async (store) => {
          do {
            const stored = present(await store.get(id), "get beside writes");
            const { attempt } = stored.record;
            equal(stored.version, version(attempt), `the version of the record with attempt ${attempt}`);
            equal(stored.record, large(attempt), `the record of write ${attempt}`);
            reads += 1;
            await bench.turn();
          } while (writing);
        }),
      );
      const writes = async () => {
        for (let attempt = 2; attempt <= 20; attempt++) {
          await writer.replace(id, version(attempt - 1), version(attempt), large(attempt));
        }
      };
      const written = writes().finally(() => {
        writing = false;
      });
      await Promise.all([reading, written]);
      await writer.remove(id, version(20));
      bench.note(`${reads} reads beside 19 writes`);
    },
    { ...raceCaveat, needs: [takes(LARGE_BYTES + 1_024)] },
  ),
];

type Burst = readonly (Contender & { readonly write: Write })[];

/** Creates that start together, each under a version of its own. */
function burst(stores: readonly IdempotencyStore[], id: string, retentionMs: number): Promise<Burst> {
  return race(stores, async (store, racer) => {
    const [version, record] = [freshVersion(), running(racer + 1)];
    return { version, record, write: await store.create(id, version, record, retentionMs) };
  });
}

interface Contender {
  readonly version: string;
  readonly record: KeyRecord;
}

/** Starts all racers at once, spread over the clients. */
function race<Answer>(
  stores: readonly IdempotencyStore[],
  run: (store: IdempotencyStore, racer: number) => Promise<Answer>,
): Promise<Answer[]> {
  const racers = Array.from({ length: RACERS }, (_, racer) => present(stores[racer % stores.length], "a store"));
  return Promise.all(racers.map(run));
}

async function rounds(round: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; number < ROUNDS; number++) await round(number);
}

/** A fresh id with a record under it. */
async function standing(
  bench: StoreBench,
  stores: readonly IdempotencyStore[],
  record: KeyRecord = running(),
  retentionMs = bench.longMs,
): Promise<{ id: string; version: string }> {
  const [id, version] = [freshId(), freshVersion()];
  const write = await present(stores[0], "a store").create(id, version, record, retentionMs);
  check(write.written, "create where nothing stands is written");
  return { id, version };
}

function oneWinner<Racer extends Contender & { write: { written: boolean } }>(
  racers: readonly Racer[],
  what: string,
): Racer {
  const winners = racers.filter(({ write }) => write.written);
  equal(winners.length, 1, `how many of ${racers.length} racing ${what} are written`);
  return present(winners[0], "a winner");
}

function named(stored: Contender | undefined, winner: Contender, what: string): void {
  const { version, record } = present(stored, `${what}: a record`);
  equal(version, winner.version, `${what}: the winner's version`);
  equal(record, winner.record, `${what}: the winner's record`);
}
