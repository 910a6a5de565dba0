import type { Journal, OperationRecord } from "../journal/types.js";
import { equal, isTrue } from "./expect.js";

/** What a journal under test is opened by. */
export interface JournalFixture {
  readonly name: string;
  /**
   * Opens a journal on one storage, the same at every call of this fixture's: each is as another process's. Cases use
   * names of their own, so that one storage will do for all of them.
   */
  open(): Promise<Journal>;
}

export interface JournalCase {
  readonly id: string;
  readonly title: string;
  run(fixture: JournalFixture): Promise<void>;
}

let recordsMade = 0;

function sample(changes: Partial<OperationRecord> = {}): OperationRecord {
  recordsMade += 1;
  const name = `${recordsMade}-${crypto.randomUUID()}`;
  return {
    operationId: `operation-${name}`,
    key: `key-${name}`,
    fingerprint: "0f".repeat(32),
    request: {
      method: "POST",
      url: "https://api.example.com/charges?dry=0",
      headers: [["content-type", "application/json"]],
      body: new TextEncoder().encode('{"amount":1}'),
    },
    state: "intent",
    claimedAtMs: Date.now(),
    ...changes,
  };
}

async function withJournals<Count extends number>(
  { open }: JournalFixture,
  count: Count,
  use: (...journals: Journal[]) => Promise<void>,
): Promise<void> {
  const journals: Journal[] = [];
  try {
    for (let opened = 0; opened < count; opened += 1) journals.push(await open());
    await use(...journals);
  } finally {
    for (const journal of journals) await journal.close();
  }
}

function one(id: string, title: string, run: (journal: Journal) => Promise<void>): JournalCase {
  return { id, title, run: (fixture) => withJournals(fixture, 1, async (journal) => journal && run(journal)) };
}

function two(id: string, title: string, run: (a: Journal, b: Journal) => Promise<void>): JournalCase {
  return { id, title, run: (fixture) => withJournals(fixture, 2, async (a, b) => a && b && run(a, b)) };
}

async function listed(journal: Journal): Promise<OperationRecord[]> {
  const records: OperationRecord[] = [];
  for await (const record of journal.list()) records.push(record);
  return records;
}

/** What every journal has to hold; `id` is stable. */
export const journalCases: readonly JournalCase[] = [
  one("claim.keeps", "a claim is given back whole, bytes included", async (journal) => {
    const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const record = sample({ request: { ...sample().request, body } });
    equal(await journal.claim(record), record);
    equal(await journal.get(record.operationId), record);
  }),
  one("claim.first-wins", "a second claim of a name gets the first one's record", async (journal) => {
    const first = await journal.claim(sample());
    equal(await journal.claim(sample({ operationId: first.operationId })), first);
    equal(await journal.get(first.operationId), first);
  }),
  one("claim.no-body", "a request without a body stays without one", async (journal) => {
    const record = sample({ request: { ...sample().request, body: undefined } });
    await journal.claim(record);
    equal((await journal.get(record.operationId))?.request.body, undefined);
  }),
  one("claim.any-name", "a name may be any text", async (journal) => {
    for (const name of ["a/b", "../up", "\u0000", "é😀", '"', "\n", "x".repeat(1_000), "__proto__"]) {
      const record = sample({ operationId: `${name} ${crypto.randomUUID()}` });
      await journal.claim(record);
      equal(await journal.get(record.operationId), record);
    }
  }),
  one("claim.large", "a body of a megabyte is kept", async (journal) => {
    const body = new Uint8Array(2 ** 20).map((_, index) => index * 31);
    const record = sample({ request: { ...sample().request, body } });
    await journal.claim(record);
    equal(await journal.get(record.operationId), record);
  }),
  one("get.absent", "a name that was never claimed has no record", async (journal) => {
    equal(await journal.get(`nobody-${crypto.randomUUID()}`), undefined);
  }),
  one("update.state", "a change of state is seen", async (journal) => {
    const record = await journal.claim(sample());
    await journal.update(record.operationId, { state: "unknown" });
    equal(await journal.get(record.operationId), { ...record, state: "unknown" });
    await journal.update(record.operationId, { state: "settled", status: 201 });
    equal(await journal.get(record.operationId), { ...record, state: "settled", status: 201 });
  }),
  one("update.settled-stays", "what is over is not reopened by a slower process", async (journal) => {
    const record = await journal.claim(sample());
    await journal.update(record.operationId, { state: "settled", status: 201 });
    await journal.update(record.operationId, { state: "unknown" });
    equal((await journal.get(record.operationId))?.state, "settled");
  }),
  one("update.absent", "a change to a name that is not there makes no record", async (journal) => {
    const name = `nobody-${crypto.randomUUID()}`;
    await journal.update(name, { state: "settled", status: 200 });
    equal(await journal.get(name), undefined);
  }),
  one("list.order", "operations are listed in the order of their claims", async (journal) => {
    const claimed: OperationRecord[] = [];
    for (let count = 0; count < 5; count += 1) claimed.push(await journal.claim(sample()));
    const ids = claimed.map(({ operationId }) => operationId);
    const found = (await listed(journal)).map(({ operationId }) => operationId).filter((id) => ids.includes(id));
    equal(found, ids);
  }),
  one("delete.frees", "a deleted name is free for another operation", async (journal) => {
    const { operationId } = await journal.claim(sample());
    await journal.delete(operationId);
    equal(await journal.get(operationId), undefined);
    const next = sample({ operationId });
    equal(await journal.claim(next), next);
  }),
  two("handles.see-each-other", "what one handle claims, changes and deletes, another sees", async (a, b) => {
    const record = await a.claim(sample());
    equal(await b.get(record.operationId), record);
    await b.update(record.operationId, { state: "settled", status: 204 });
    equal((await a.get(record.operationId))?.status, 204);
    await a.delete(record.operationId);
    equal(await b.get(record.operationId), undefined);
  }),
  two("handles.race", "of claims of one name at the same time all get the same record", async (a, b) => {
    for (let round = 0; round < 20; round += 1) {
      const { operationId } = sample();
      const claims = [a, b, a, b].map((journal) => journal.claim(sample({ operationId })));
      const [first, ...others] = await Promise.all(claims);
      for (const other of others) equal(other, first);
      equal(await a.get(operationId), first);
      equal(await b.get(operationId), first);
    }
  }),
  {
    id: "reopened",
    title: "a journal that is opened again holds what it held",
    async run(fixture) {
      const record = sample();
      await withJournals(fixture, 1, async (journal) => {
        await journal?.claim(record);
        await journal?.update(record.operationId, { state: "unknown" });
      });
      await withJournals(fixture, 1, async (journal) => {
        equal(await journal?.get(record.operationId), { ...record, state: "unknown" });
        const records = journal === undefined ? [] : await listed(journal);
        isTrue(
          records.some(({ operationId }) => operationId === record.operationId),
          "the list holds it",
        );
      });
    },
  },
];
