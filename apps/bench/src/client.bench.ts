import { fdatasync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdempotentFetch, type OperationRecord } from "@oncekey/client";
import { type FileJournal, fileJournal } from "@oncekey/client/file-journal";
import type { BenchGroup, BenchSuite } from "./suite.js";

const url = "https://api.example.com/charges";
const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"amount":1000}' };
const answer = JSON.stringify({ id: "ch_1", status: "succeeded" });

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

function overhead(title: string, beneath: typeof fetch, to: string): BenchGroup {
  const client = createIdempotentFetch({ fetch: beneath });
  return {
    title: `A call ${title}, its JSON read`,
    note: "Baseline: the fetch beneath. Wanted: at most 15 µs more.",
    cases: [
      { name: "fetch", run: async () => (await beneath(to, init)).json() },
      { name: "fetch, with a key and a time-out", run: async () => (await withKeyAndTimeout(beneath, to)).json() },
      { name: "@oncekey/client", run: async () => (await client(to, init)).json() },
    ],
  };
}

/** A server in this process: it costs both sides alike. */
async function listening(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(201, { "content-type": "application/json", "content-length": answer.length }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { url: `http://127.0.0.1:${address.port}/charges`, server };
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
    const { url: local, server } = await listening();
    return {
      groups: [
        overhead("whose answer comes at once", instant, url),
        overhead("to a local server", fetch, local),
        journalling(folder, journal, 1),
        journalling(folder, journal, 16),
      ],
      close: async () => {
        server.closeAllConnections();
        server.close();
        await journal.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
