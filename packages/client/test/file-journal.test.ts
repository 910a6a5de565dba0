import fs, { appendFileSync, mkdtempSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { fileJournal } from "../src/file-journal/index.js";
import type { Journal, OperationRecord } from "../src/index.js";

const newFolder = () => mkdtempSync(join(tmpdir(), "oncekey-journal-"));
const DAY_MS = 24 * 60 * 60 * 1_000;

function record(operationId: string, claimedAtMs = Date.now()): OperationRecord {
  const request = { method: "POST", url: "https://api.example.com/", headers: [], body: new Uint8Array([1, 2, 3]) };
  return { operationId, key: `key-${operationId}`, fingerprint: "f", request, state: "intent", claimedAtMs };
}

function onlyFile(folder: string): string {
  const [name, ...others] = readdirSync(folder);
  if (name === undefined || others.length > 0) throw new Error("expected one file");
  return join(folder, name);
}

async function namesIn(journal: Journal): Promise<string[]> {
  const names: string[] = [];
  for await (const { operationId } of journal.list()) names.push(operationId);
  return names;
}

const { writeSync, fdatasync } = fs;

/** Puts a disk with a fault under the journal. */
function withDisk(faulty: Partial<Pick<typeof fs, "writeSync" | "fdatasync">>): void {
  Object.assign(fs, faulty);
  syncBuiltinESMExports();
}

afterEach(() => withDisk({ writeSync, fdatasync }));

function fault(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected`), { code });
}

describe("a torn or damaged file", () => {
  it("loses only the line that a crash tore, wherever it tore it", async () => {
    const folder = newFolder();
    const journal = fileJournal(folder);
    await journal.claim(record("a"));
    const whole = statSync(onlyFile(folder)).size;
    await journal.claim(record("b"));
    await journal.close();
    const end = statSync(onlyFile(folder)).size;
    const text = readFileSync(onlyFile(folder));
    for (let length = whole + 2; length < end - 1; length += 7) {
      const copy = newFolder();
      fs.writeFileSync(join(copy, "00000001.log"), text);
      truncateSync(join(copy, "00000001.log"), length);
      const reopened = fileJournal(copy);
      expect(await namesIn(reopened)).toEqual(["a"]);
      await reopened.claim(record("c"));
      await reopened.close();
      const again = fileJournal(copy);
      expect(await namesIn(again)).toEqual(["a", "c"]);
      expect(again.damagedLines).toBe(1);
      await again.close();
    }
  });

  it("passes over a line whose bytes have changed, and says so", async () => {
    const folder = newFolder();
    const journal = fileJournal(folder);
    for (const name of ["a", "b", "c"]) await journal.claim(record(name));
    await journal.close();
    const path = onlyFile(folder);
    fs.writeFileSync(path, readFileSync(path, "utf8").replace('"key-b"', '"key-x"'));
    const reopened = fileJournal(folder);
    expect(await namesIn(reopened)).toEqual(["a", "c"]);
    expect(reopened.damagedLines).toBe(1);
    await reopened.close();
  });

  it("takes text of others for damage, and goes on", async () => {
    const folder = newFolder();
    const journal = fileJournal(folder);
    await journal.claim(record("a"));
    appendFileSync(onlyFile(folder), "\nnot a line of ours\n00000000 {}\n");
    await journal.claim(record("b"));
    expect(await namesIn(journal)).toEqual(["a", "b"]);
    await journal.close();
  });
});

describe("a disk that fails", () => {
  it("when it is full: the claim is refused, and the next one is whole", async () => {
    const journal = fileJournal(newFolder());
    await journal.claim(record("a"));
    withDisk({
      writeSync: ((descriptor: number, bytes: Uint8Array): number => {
        writeSync(descriptor, bytes.subarray(0, 10));
        throw fault("ENOSPC");
      }) as typeof fs.writeSync,
    });
    await expect(journal.claim(record("b"))).rejects.toMatchObject({ code: "ENOSPC" });
    withDisk({ writeSync });
    await journal.claim(record("c"));
    expect(await namesIn(journal)).toEqual(["a", "c"]);
    await journal.close();
  });

  it("when it takes only a part: the claim is refused", async () => {
    const journal = fileJournal(newFolder());
    withDisk({
      writeSync: ((descriptor: number, bytes: Uint8Array) =>
        writeSync(descriptor, bytes.subarray(0, 10))) as typeof fs.writeSync,
    });
    await expect(journal.claim(record("a"))).rejects.toThrow(/only 10 of \d+ bytes/);
    await journal.close();
  });

  it("when it cannot be sure of what it wrote: no further promise is made until it is opened again", async () => {
    const folder = newFolder();
    const journal = fileJournal(folder);
    withDisk({
      fdatasync: ((_descriptor: number, done: fs.NoParamCallback) => done(fault("EIO"))) as typeof fs.fdatasync,
    });
    await expect(journal.claim(record("a"))).rejects.toMatchObject({ cause: { code: "EIO" } });
    withDisk({ fdatasync });
    await expect(journal.claim(record("a"))).rejects.toThrow(/open it again/);
    await expect(journal.claim(record("b"))).rejects.toThrow(/open it again/);
    await journal.close();
    const reopened = fileJournal(folder);
    await reopened.claim(record("b"));
    await reopened.close();
  });
});

describe("sealed files", () => {
  it("forget what is over and old, and nothing else", async () => {
    const folder = newFolder();
    const journal = fileJournal(folder, { segmentBytes: 1_500 });
    const long = Date.now() - 40 * DAY_MS;
    await journal.claim(record("old-settled", long));
    await journal.update("old-settled", { state: "settled", status: 201 });
    await journal.claim(record("old-pending", long));
    await journal.claim(record("settled"));
    await journal.update("settled", { state: "settled", status: 201 });
    for (let count = 0; count < 20; count += 1) await journal.claim(record(`filler-${count}`));
    expect(readdirSync(folder).length).toBeGreaterThan(2);
    const names = await namesIn(journal);
    expect(names).not.toContain("old-settled");
    expect(names.slice(0, 2)).toEqual(["old-pending", "settled"]);
    expect(readFileSync(join(folder, "00000001.log"), "utf8")).not.toContain("key-old-settled");
    await journal.close();
    const reopened = fileJournal(folder);
    expect(await namesIn(reopened)).toEqual(names);
    await reopened.close();
  });

  it("hold to the first of two claims of one name after they were rewritten", async () => {
    const folder = newFolder();
    const first = fileJournal(folder, { segmentBytes: 600 });
    const second = fileJournal(folder, { segmentBytes: 600 });
    await first.claim({ ...record("a"), key: "first" });
    expect(await second.claim({ ...record("a"), key: "second" })).toMatchObject({ key: "first" });
    for (let count = 0; count < 4; count += 1) await second.claim(record(`filler-${count}`));
    await Promise.all([first.close(), second.close()]);
    const reopened = fileJournal(folder);
    expect(await reopened.get("a")).toMatchObject({ key: "first" });
    await reopened.close();
  });

  it("are rewritten by drafts, of which the abandoned ones are removed", async () => {
    const folder = newFolder();
    await fileJournal(folder).close();
    const [abandoned, recent] = ["00000001.log.a.draft", "00000001.log.b.draft"];
    for (const name of [abandoned, recent]) fs.writeFileSync(join(folder, name), "");
    const before = new Date(Date.now() - DAY_MS);
    fs.utimesSync(join(folder, abandoned), before, before);
    await fileJournal(folder).close();
    expect(readdirSync(folder)).toEqual(["00000001.log", recent]);
  });

  it("are left behind by every process, one that has slept through the sealing included", async () => {
    const folder = newFolder();
    const sleeper = fileJournal(folder, { segmentBytes: 500 });
    await sleeper.claim(record("first"));
    const busy = fileJournal(folder, { segmentBytes: 500 });
    for (let count = 0; count < 10; count += 1) await busy.claim(record(`busy-${count}`));
    await sleeper.claim(record("late"));
    expect(await sleeper.claim(record("busy-3"))).toEqual(await busy.get("busy-3"));
    expect((await busy.get("late"))?.key).toBe("key-late");
    await Promise.all([sleeper.close(), busy.close()]);
  });
});

describe("claims at the same time", () => {
  it("share a sync of the disk", async () => {
    const journal = fileJournal(newFolder());
    let syncs = 0;
    withDisk({
      fdatasync: ((descriptor: number, done: fs.NoParamCallback) => {
        syncs += 1;
        fdatasync(descriptor, done);
      }) as typeof fs.fdatasync,
    });
    await Promise.all(Array.from({ length: 100 }, (_, index) => journal.claim(record(`at-once-${index}`))));
    expect(syncs).toBeGreaterThan(0);
    expect(syncs).toBeLessThan(5);
    expect(await namesIn(journal)).toHaveLength(100);
    await journal.close();
  });
});

it.each([
  ["", {}, /"" is not the path of a folder/],
  ["x", { segmentBytes: 0 }, /segmentBytes: 0/],
  ["x", { keepSettledMs: 1.5 }, /keepSettledMs: 1.5/],
])("refuses what makes no sense (%#)", (folder, options, message) => {
  expect(() => fileJournal(folder, options)).toThrow(message);
});
