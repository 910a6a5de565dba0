/* What the page of the browser test runs; see indexeddb-journal.service.test.ts. */
import { createIdempotentFetch } from "../src/index.js";
import { indexedDBJournal } from "../src/indexeddb-journal/index.js";
import { checkJournal } from "../src/journal-conformance/index.js";

async function conformance() {
  const report = await checkJournal({ name: "IndexedDB", open: () => indexedDBJournal("conformance") });
  return report.cases.map(({ id, status, error }) => ({ id, status, error: error === undefined ? "" : String(error) }));
}

async function client() {
  return createIdempotentFetch({ journal: await indexedDBJournal(), retry: { baseMs: 1, capMs: 5 } });
}

async function submit(operationId: string) {
  const fetch = await client();
  const response = await fetch.submit(operationId, "/charges", { method: "POST", body: '{"amount":1}' });
  return response.json();
}

async function resume() {
  const { operations, stillPending } = await (await client()).resume();
  const receipts = await Promise.all(operations.map(({ response }) => response?.json()));
  return { receipts, stillPending };
}

Object.assign(globalThis, { conformance, submit, resume });
