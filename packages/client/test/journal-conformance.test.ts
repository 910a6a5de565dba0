import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileJournal } from "../src/file-journal/index.js";
import { type Journal, memoryJournal } from "../src/index.js";
import { checkJournal, registerJournalConformance } from "../src/journal-conformance/index.js";

const newFolder = () => mkdtempSync(join(tmpdir(), "oncekey-journal-"));
const runner = { describe, it };

function inFolder(options: { segmentBytes?: number } = {}) {
  const folder = newFolder();
  return async () => fileJournal(folder, options);
}

registerJournalConformance({ name: "file", open: inFolder() }, runner);
// So small that every second line seals a file: what holds for one file has to hold over many.
registerJournalConformance({ name: "file in many segments", open: inFolder({ segmentBytes: 200 }) }, runner);

const shared = memoryJournal();
const inMemory = async (): Promise<Journal> => ({ ...shared, close: async () => {} });
registerJournalConformance({ name: "memory", open: inMemory }, runner);

/** Journals with one mistake each, and the cases that tell. */
const broken: readonly (readonly [
  title: string,
  spoil: (journal: Journal) => Partial<Journal>,
  kills: readonly string[],
])[] = [
  [
    "the last claim wins",
    (journal) => ({
      async claim(record) {
        await journal.delete(record.operationId);
        return journal.claim(record);
      },
    }),
    ["claim.first-wins"],
  ],
  [
    "a claim is given back that was not kept",
    (journal) => ({ claim: (record) => journal.claim(record).then(() => record) }),
    ["claim.first-wins", "handles.race"],
  ],
  [
    "bytes go through text",
    (journal) => ({
      claim: ({ request, ...record }) =>
        journal.claim({
          ...record,
          request: {
            ...request,
            body: request.body && new TextEncoder().encode(new TextDecoder().decode(request.body)),
          },
        }),
    }),
    ["claim.keeps", "claim.large"],
  ],
  [
    "an empty body for none",
    (journal) => ({
      claim: ({ request, ...record }) =>
        journal.claim({ ...record, request: { ...request, body: request.body ?? new Uint8Array() } }),
    }),
    ["claim.no-body"],
  ],
  [
    "changes are forgotten",
    () => ({ update: async () => {} }),
    ["update.state", "update.settled-stays", "handles.see-each-other", "reopened"],
  ],
  [
    "the list runs backwards",
    (journal) => ({
      async *list() {
        const records = [];
        for await (const record of journal.list()) records.unshift(record);
        yield* records;
      },
    }),
    ["list.order"],
  ],
  ["nothing is deleted", () => ({ delete: async () => {} }), ["delete.frees", "handles.see-each-other"]],
];

describe("a journal in which", () => {
  it.each(broken)("%s fails the cases about it, and no other", async (_title, spoil, kills) => {
    const storage = memoryJournal();
    const open = async (): Promise<Journal> => ({ ...storage, ...spoil(storage), close: async () => {} });
    const { cases } = await checkJournal({ name: "broken", open });
    expect(cases.filter(({ status }) => status === "failed").map(({ id }) => id)).toEqual(kills);
  });
});
