import type { IdempotencyStore, ListableStore, Page } from "@oncekey/core";
import { check, equal } from "../expect.js";
import { canList } from "./optional-interfaces.js";
import { completed, freshId, freshVersion, released, running } from "./samples.js";
import { Slot } from "./slot.js";
import { listing, storeCase } from "./store-case.js";

const only = { needs: [listing] };

/** `list`: pages through the live records, for operators. */
export const listCases = [
  storeCase(
    "LST-01",
    "must",
    "the pages of list hold every live record once, as get would answer it",
    async (bench) => {
      const store = listable(await bench.open());
      const slots = Array.from({ length: 7 }, () => new Slot(bench));
      for (const [index, slot] of slots.entries()) {
        await slot.create(store, [running(), completed(), released()][index % 3]);
      }
      const pages = await bench.timed(() => allPages(store));
      const entries = pages.value.flatMap((page) => page.entries);
      for (const slot of slots) {
        const found = entries.filter(({ id }) => id === slot.id);
        equal(found.length, 1, "how often a live record is listed");
        for (const { stored } of found) slot.judge(pages, stored, "the listed record");
      }
    },
    only,
  ),

  storeCase(
    "LST-02",
    "must",
    "the entries are in the order of their ids, by the characters' codes",
    async (bench) => {
      const store = listable(await bench.open());
      const middle = new Slot(bench).id.slice(1);
      for (const first of ["-", "0", "A", "Z", "_", "a", "z"]) {
        await store.create(`${first}${middle}`, freshVersion(), running(), bench.longMs);
      }
      const ids = (await allPages(store)).flatMap((page) => page.entries.map(({ id }) => id));
      for (const [index, id] of ids.entries()) {
        const before = ids[index - 1];
        check(before === undefined || before < id, `${id} is listed after ${before}`);
      }
    },
    only,
  ),

  storeCase(
    "LST-03",
    "must",
    "no page is longer than its limit, and only the last one has no cursor",
    async (bench) => {
      const store = listable(await bench.open());
      for (let made = 0; made < 3; made++) await new Slot(bench).create(store);
      const page = await store.list({ limit: 2 });
      equal(page.entries.length, 2, "the length of a page with the limit 2, of at least 3 records");
      check(page.cursor !== undefined, "a page that is not the last one has a cursor");
      await allPages(store);
    },
    only,
  ),

  storeCase(
    "LST-04",
    "must",
    "expired records are not listed",
    async (bench) => {
      const store = listable(await bench.open());
      const slot = new Slot(bench);
      await store.create(slot.id, freshVersion(), completed(), bench.shortMs);
      await bench.passExpiry(bench.shortMs);
      const ids = (await allPages(store)).flatMap((page) => page.entries.map(({ id }) => id));
      check(!ids.includes(slot.id), "an expired record is listed");
    },
    only,
  ),

  storeCase(
    "LST-05",
    "must",
    "records that stand throughout are listed once, whatever is written between two pages",
    async (bench) => {
      const store = listable(await bench.open());
      // One after the other, near the beginning: that is where what comes before them counts.
      const slots = Array.from({ length: 8 }, () => new Slot(bench, `--z${freshId().slice(3)}`));
      for (const slot of slots) await slot.create(store);
      const write = async ({ entries }: Page) => {
        // Two more before everything that was listed, and what the cursor stands on is gone.
        for (let more = 0; more < 2; more++) {
          await store.create(`---${freshId().slice(3)}`, freshVersion(), running(), bench.longMs);
        }
        const last = slots.find(({ id }) => id === entries.at(-1)?.id);
        if (last !== undefined) await store.remove(last.id, last.version);
      };
      const pages = await allPages(store, { limit: 3, steady: 40, between: write });
      const ids = pages.flatMap((page) => page.entries.map(({ id }) => id));
      for (const { id } of slots) equal(ids.filter((each) => each === id).length, 1, `how often ${id} is listed`);
    },
    only,
  ),
];

/** Reads all pages, small ones first: the storage may hold the records of others too. */
async function allPages(
  store: ListableStore,
  { limit = 1, steady = 0, between = async () => {} }: Paging = {},
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let cursor: string | undefined;
  let most = limit;
  do {
    const page: Page = await store.list(cursor === undefined ? { limit: most } : { cursor, limit: most });
    check(page.entries.length <= most, `a page with the limit ${most} has ${page.entries.length} entries`);
    check(pages.length < 10_000, "the pages of list do not come to an end");
    pages.push(page);
    await between(page);
    cursor = page.cursor;
    if (pages.length > steady) most = Math.min(2 * most, 1_000);
  } while (cursor !== undefined);
  return pages;
}

interface Paging {
  /** Of the first page. */
  readonly limit?: number;
  /** So many pages have that limit; those after them have more and more. */
  readonly steady?: number;
  /** Done after each page. */
  readonly between?: (page: Page) => Promise<void>;
}

function listable(store: IdempotencyStore): ListableStore {
  check(canList(store), "a store that declares list has the method");
  return store;
}
