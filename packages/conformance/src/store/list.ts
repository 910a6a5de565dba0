import type { IdempotencyStore, ListableStore, Page } from "@oncekey/core";
import { check, equal } from "../expect.js";
import { canList } from "./optional-interfaces.js";
import { completed, freshVersion, released, running } from "./samples.js";
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
];

/** Reads all pages, small ones first: the storage may hold the records of others too. */
async function allPages(store: ListableStore): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let cursor: string | undefined;
  let limit = 1;
  do {
    const page: Page = await store.list(cursor === undefined ? { limit } : { cursor, limit });
    check(page.entries.length <= limit, `a page with the limit ${limit} has ${page.entries.length} entries`);
    check(pages.length < 10_000, "the pages of list do not come to an end");
    pages.push(page);
    cursor = page.cursor;
    limit = Math.min(2 * limit, 1_000);
  } while (cursor !== undefined);
  return pages;
}

function listable(store: IdempotencyStore): ListableStore {
  check(canList(store), "a store that declares list has the method");
  return store;
}
