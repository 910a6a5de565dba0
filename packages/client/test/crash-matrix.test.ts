import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileJournal } from "../src/file-journal/index.js";
import { createIdempotentFetch } from "../src/index.js";
import { ScriptedServer } from "./scripted-server.js";

const folder = mkdtempSync(join(tmpdir(), "oncekey-crash-"));
const child = join(folder, "crash-child.js");
const AT_A_TIME = 3;

/** One run of the child: what it printed, or `undefined` for one that was killed. */
function run(journal: string, url: string, point: number): Promise<{ receipt: string; points: number } | undefined> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [child, journal, url, String(point)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    process_.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    process_.on("error", reject);
    process_.on("close", (code, signal) => {
      if (signal === "SIGKILL") resolve(undefined);
      else if (code === 0) resolve(JSON.parse(printed));
      else reject(new Error(`the child ended with ${code}`));
    });
  });
}

/** Does `work` for each number from 1 on, a few at a time, until it says that there are no more. */
async function forEachPoint(work: (point: number) => Promise<boolean>): Promise<number> {
  let next = 1;
  let isOver = false;
  let done = 0;
  const worker = async () => {
    while (!isOver) {
      const point = next;
      next += 1;
      if (await work(point)) done = Math.max(done, point);
      else isOver = true;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return done;
}

beforeAll(async () => {
  const options = { entry: { "crash-child": join(import.meta.dirname, "crash-child.ts") }, outDir: folder };
  await build({ ...options, config: false, format: "esm", silent: true, splitting: false, target: "node20" });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a process that is killed at any point, and once more at any point of its rerun", () => {
  it("pays once, and has one receipt in the end", { timeout: 300_000 }, async () => {
    await using server = await ScriptedServer.start();
    const receiptsAfter = new Map<number, Set<string>>();
    const held = new Set<string>();
    let pairs = 0;
    for (let first = 1; ; first += 1) {
      const url = `${server.url}/first-${first}`;
      const crashed = join(folder, `after-${first}`);
      const unharmed = await run(crashed, url, first);
      if (unharmed !== undefined) {
        held.add(unharmed.receipt);
        break;
      }
      const receipts = new Set<string>();
      receiptsAfter.set(first, receipts);
      pairs += await forEachPoint(async (second) => {
        const journal = join(folder, `after-${first}-${second}`);
        cpSync(crashed, journal, { recursive: true });
        const survived = await run(journal, url, second);
        const receipt = await payOnceMore(journal, url);
        expect(survived?.receipt ?? receipt).toBe(receipt);
        receipts.add(receipt);
        return survived === undefined;
      });
    }
    // A write before, in its middle and after; a sync; the folder opened and synced; a request before and after; the note of its
    // outcome.
    expect(receiptsAfter.size).toBe(process.platform === "win32" ? 9 : 11);
    expect(pairs).toBeGreaterThan(9 * 9);
    for (const receipts of receiptsAfter.values()) for (const receipt of receipts) held.add(receipt);
    // Every effect has a receipt that somebody holds in the end: none was made twice.
    expect(server.effects).toBe(held.size);
    // From the moment on at which the claim is whole, all reruns pay under its key.
    const afterClaim = [...receiptsAfter].filter(([first]) => first >= 3).map(([, receipts]) => receipts.size);
    expect(new Set(afterClaim)).toEqual(new Set([1]));
  });
});

describe("processes that share a folder", () => {
  it("pay once, and all have its receipt", async () => {
    await using server = await ScriptedServer.start();
    for (let round = 1; round <= 3; round += 1) {
      const [url, journal] = [`${server.url}/round-${round}`, join(folder, `shared-${round}`)];
      const runs = await Promise.all([
        run(journal, url, 0),
        run(journal, url, 0),
        run(journal, url, 0),
        run(journal, url, 0),
      ]);
      expect(new Set(runs.map((each) => each?.receipt)).size).toBe(1);
      expect(server.effects).toBe(round);
    }
  });
});

/** The last rerun, which nobody kills. */
async function payOnceMore(journal: string, url: string): Promise<string> {
  await using pay = createIdempotentFetch({ journal: fileJournal(journal), budget: false });
  await pay.resume();
  return (await pay.submit("order-1", url, { method: "POST", body: '{"amount":1}' })).text();
}
