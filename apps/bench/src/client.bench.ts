import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fdatasync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createIdempotentFetch, type OperationRecord } from "@oncekey/client";
import { type FileJournal, fileJournal } from "@oncekey/client/file-journal";
import { answer, answering } from "./answering.js";
import type { BenchGroup, BenchSuite } from "./suite.js";

const url = "https://api.example.com/charges";
const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"amount":1000}' };

/** Answers at once, so that what is left is the client's own work. */
const instant: typeof fetch = async () =>
  new Response(answer, { status: 201, headers: { "content-type": "application/json" } });

/** What no client can leave out that sends a key and gives up in time. */
async function withKeyAndTimeout(beneath: typeof fetch, to: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("idempotency-key", `"${crypto.randomUUID()}"`);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), 10_000);
  try {
    return await beneath(to, { ...init, headers, signal: controller.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** A call over the network takes long: as many of them as of others are made before they are measured, as in a server. */
const SERVER_WARM_UP_TIMES = 10;

function overhead(title: string, beneath: typeof fetch, to: string, warmUpTimes = 1): BenchGroup {
  const client = createIdempotentFetch({ fetch: beneath });
  return {
    title: `A call ${title}, its JSON read`,
    note: "Baseline: the fetch beneath. Wanted: at most 15 µs more.",
    warmUpTimes,
    cases: [
      { name: "fetch", run: async () => (await beneath(to, init)).json() },
      { name: "fetch, with a key and a time-out", run: async () => (await withKeyAndTimeout(beneath, to)).json() },
      { name: "@oncekey/client", run: async () => (await client(to, init)).json() },
    ],
  };
}

/** The same server where nothing of its work is the client's: neither its processor time nor its garbage. */
async function apart(): Promise<{ readonly url: string; readonly server: ChildProcess }> {
  const server = fork(fileURLToPath(new URL("client-server.js", import.meta.url)));
  const [url] = await once(server, "message");
  return { url, server };
}

function record(operationId: string): OperationRecord {
  const headers = [["content-type", "application/json"]] as const;
  const request = { method: "POST", url, headers, body: Buffer.from(init.body) };
  return {
    operationId,
    key: "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f",
    fingerprint: "0f".repeat(32),
    request,
    state: "intent",
    claimedAtMs: 0,
  };
}

function journalling(folder: string, journal: FileJournal, atOnce: number): BenchGroup {
  const descriptor = openSync(join(folder, "bare"), "a");
  const line = Buffer.from(`\n01234567 ${JSON.stringify({ type: "claim", record: record("operation-1000000") })}\n`);
  let count = 0;
  const append = () =>
    new Promise<void>((resolve, reject) => {
      writeSync(descriptor, line);
      fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)));
    });
  const claim = () => {
    count += 1;
    return journal.claim(record(`operation-${atOnce}-${count}`));
  };
  const times = (work: () => Promise<unknown>) => () => Promise.all(Array.from({ length: atOnce }, work));
  return {
    title: `Operations written down, on the disk, ${atOnce} at once`,
    note: "Baseline: one append of as many bytes and one fdatasync for each. Wanted: 0.8 of its speed.",
    cases: [
      { name: "append + fdatasync", run: times(append) },
      { name: "fileJournal.claim", run: times(claim) },
    ],
  };
}

export const clientSuite: BenchSuite = {
  name: "client",
  open: async () => {
    const folder = mkdtempSync(join(tmpdir(), "oncekey-bench-"));
    const journal = fileJournal(join(folder, "journal"));
    const near = await answering();
    const far = await apart();
    return {
      groups: [
        overhead("whose answer comes at once", instant, url),
        overhead("to a server in this process", fetch, near.url, SERVER_WARM_UP_TIMES),
        overhead("to a server in another process", fetch, far.url, SERVER_WARM_UP_TIMES),
        journalling(folder, journal, 1),
        journalling(folder, journal, 16),
      ],
      close: async () => {
        near.server.closeAllConnections();
        near.server.close();
        far.server.disconnect();
        await journal.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
